/** From one quick call to the deadline of a provisioning, in seconds. */
const SECONDS = [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60, 120, 300];

/** The histograms of a worker that are Berth's own, in seconds. */
export const HISTOGRAMS = {
  activity: 'berth_activity_seconds',
  clusterCall: 'berth_cluster_call_seconds',
  clusterTurn: 'berth_cluster_turn_seconds',
  ready: 'berth_environment_ready_seconds',
} as const;

/** Their buckets, for the SDK, whose own are for its own. */
export const BUCKETS = Object.fromEntries(Object.values(HISTOGRAMS).map((name) => [name, SECONDS]));
