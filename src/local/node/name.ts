/** The name of the real node in the cluster. */
export const NODE_NAME = 'berth-local';
