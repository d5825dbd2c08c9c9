import { log } from '@temporalio/activity';
import { rootCause } from '@temporalio/common';
import type { ServedStart } from '../../capacity/ledger.ts';
import type { SeenSlot } from '../../cluster/slots/seen-slot.ts';
import { listSlots } from '../../cluster/slots/slots.ts';
import type { Environment } from '../../environment/environment.ts';
import { workflowId } from '../../environment/identity.ts';
import type { Dependencies } from '../dependencies.ts';
import type { CapacityHistory, Ended, Underway } from './history.ts';

/** What begins then may have been asked for before, by another clock. */
const SKEW_MS = 60_000;

/** What was read of the world, each part as far as it could be. */
export interface Read {
  starts?: ServedStart[];
  makings?: Ended[];
  underway?: Underway[];
  slots?: SeenSlot[];
}

/**
 * Reads what a plan goes by. What cannot be read is missing, so that it holds what depends on it, and nothing else.
 * @param sinceMs the moments since when starts, and makings, are told
 */
export async function readWorld(
  { cluster, ownershipKey, history }: Pick<Dependencies, 'cluster' | 'ownershipKey' | 'history'>,
  sinceMs: { starts: number; makings: number },
  signal: AbortSignal,
): Promise<Read> {
  const [starts, underway] = await Promise.all([
    unlessUnread('starts', () => startsSince(history, sinceMs.starts)),
    unlessUnread('makings', () => all(history.underway())),
  ]);
  // After those that go on: what ends in between must not be missing in both.
  const makings = await unlessUnread('ended makings', () => all(history.madeSince(new Date(sinceMs.makings))));
  // After its workflow: what is ready by now must not be taken for one that is still to come.
  const slots = await unlessUnread('slots', () => listSlots(cluster, ownershipKey, signal));
  return {
    ...(starts && { starts }),
    ...(makings && { makings }),
    ...(underway && { underway }),
    ...(slots && { slots }),
  };
}

/** @returns `undefined` where it cannot be read, which the log tells */
export async function unlessUnread<T>(what: string, read: () => Promise<T>): Promise<T | undefined> {
  try {
    return await read();
  } catch (error) {
    log.warn(`What capacity is planned by cannot be read: ${what}: ${rootCause(error) ?? 'the cause is unknown'}.`);
    return undefined;
  }
}

/** A life is one start, in however many runs it goes on. */
async function startsSince(history: CapacityHistory, fromMs: number): Promise<ServedStart[]> {
  const starts = new Map<string, ServedStart>();
  for await (const environment of history.startedSince(new Date(fromMs - SKEW_MS)))
    starts.set(`${workflowId(environment)} ${environment.created_at}`, startOf(environment));
  return [...starts.values()].filter(({ atMs }) => atMs >= fromMs);
}

function startOf({ created_at, template, provisioned_from }: Environment): ServedStart {
  return {
    atMs: Date.parse(created_at),
    template: template.name,
    isHit: provisioned_from !== 'cold',
    isPrepared: provisioned_from === 'prepared',
  };
}

async function all<T>(items: AsyncIterable<T>): Promise<T[]> {
  const found: T[] = [];
  for await (const item of items) found.push(item);
  return found;
}
