import { setTimeout as sleep } from 'node:timers/promises';
import type { Client } from '@temporalio/client';
import { Runtime } from '@temporalio/worker';
import { planNow } from '../temporal/capacity-schedule.ts';

/** Those who come at once are made up for together. */
const GATHERING_MS = 1000;
/** A plan takes its time, and the next one finds what came meanwhile. */
const PAUSE_MS = 4000;

/**
 * Has a plan made soon after a claim. It is the first of them that it goes by: those that follow neither hasten it nor put
 * it off.
 * @returns what is to be told of each claim, and of whatever else a plan should see soon
 */
export function refillBy(client: Client): () => void {
  let [isAtWork, hasCome] = [false, false];
  const refill = async (): Promise<void> => {
    isAtWork = true;
    while (hasCome) {
      await sleep(GATHERING_MS, undefined, { ref: false });
      hasCome = false;
      await planNow(client).catch((error) =>
        Runtime.instance().logger.warn('A claimed slot is not made up for at once, but by the next plan.', { error }),
      );
      await sleep(PAUSE_MS, undefined, { ref: false });
    }
    isAtWork = false;
  };
  return () => {
    hasCome = true;
    if (!isAtWork) void refill();
  };
}
