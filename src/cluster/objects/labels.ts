/** On every object that Berth makes. Says what it is; proves nothing. */
export const MANAGED = { 'app.kubernetes.io/managed-by': 'berth' };
/** Ties pods to the deployment and the services of their name in the recipe. */
export const POD_LABEL = 'berth.dev/pod';
/**
 * On the namespaces of environments only. The cluster lets nobody but the worker give it, with the create, and nobody take
 * it: see deploy/kubernetes/admission-worker.yaml.
 */
export const ENVIRONMENT = { 'berth.dev/environment': 'true' };

/** On the namespaces of warm slots: what the slot is doing. A claim takes it away. */
export const SLOT_LABEL = 'berth.dev/slot';
/** On namespaces that were claimed: by which life, so that a claim is found whose answer was lost. */
export const CLAIMED_BY = 'berth.dev/claimed-by';

/** What selects the objects that bear these labels, in the cluster's own words. */
export function selectorOf(labels: Readonly<Record<string, string>>): string {
  return Object.entries(labels)
    .map(([label, value]) => `${label}=${value}`)
    .join();
}
