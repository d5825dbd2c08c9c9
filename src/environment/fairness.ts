import type { Identity } from './identity.ts';

/**
 * Who shares with whom where more is asked for than can be done at once: each key has its turn, however much waits of
 * another. It is the developer, whose projects are many; where teams are known, it is to be the team.
 *
 * @returns at most 64 bytes, which is all that Temporal takes
 */
export function fairnessKey({ dev_id }: Pick<Identity, 'dev_id'>): string {
  return dev_id;
}
