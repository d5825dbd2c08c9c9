/** A way through a workflow. */
export interface Path {
  /** What happens on it, as the reports of tests say it. */
  readonly shows: string;
  /** What its history comes by, in this order: without that it went another way. See `trailOf`. */
  readonly landmarks: readonly string[];
}
