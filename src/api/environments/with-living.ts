import type { Identity } from '../../environment/identity.ts';
import { refuse } from '../http/problems.ts';
import { mustGoOn } from './failing.ts';
import { isAlive, type LifeRecord } from './life-record.ts';
import type { Lives } from './lives.ts';
import { notFound } from './not-found.ts';
import { runIsOver } from './temporal-errors.ts';

/** A life may give way to its next run between being seen and being spoken to. */
const MOST_TRIES = 10;

/**
 * Does something with the life of an environment that goes on.
 * @throws ProblemError where there is none, or it is just being ended
 */
export async function withLiving<T>(
  lives: Lives,
  identity: Identity,
  act: (life: LifeRecord) => Promise<T>,
): Promise<T> {
  for (let tries = 0; tries < MOST_TRIES; tries++) {
    const latest = await lives.latest(identity);
    if (!latest?.isOpen) throw notFound(identity);
    if (!isAlive(latest)) throw refuse('terminated-meanwhile', 'It is being terminated. Start it to get a new one.');
    mustGoOn(latest);
    try {
      return await act(latest);
    } catch (error) {
      if (!runIsOver(error)) throw error;
    }
  }
  throw refuse('terminated-meanwhile', 'It was ended and started again and again meanwhile. Try again.');
}
