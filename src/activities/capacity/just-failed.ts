import type { Ended, Underway } from './history.ts';

/**
 * The makings that have failed, and that no plan has counted yet. They are to be taken for such as go on: else more of a
 * version would be tried, and fail, before it is known that it does.
 */
export function justFailed(makings: readonly Ended[], countedUntilMs: number): Underway[] {
  return makings
    .filter(({ failure, endedAtMs }) => failure !== undefined && endedAtMs >= countedUntilMs)
    .map(({ dev_id, project, template: name, digest, endedAtMs, tookMs }) => {
      return { dev_id, project, template: { name, digest }, startedAt: new Date(endedAtMs - tookMs) };
    });
}
