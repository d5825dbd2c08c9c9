/** On every object that Berth makes. Says what it is; proves nothing. */
export const MANAGED = { 'app.kubernetes.io/managed-by': 'berth' };
/** Ties pods to the deployment and the services of their name in the recipe. */
export const POD_LABEL = 'berth.dev/pod';
