import { setTimeout as sleep } from 'node:timers/promises';
import { cancellationSignal, heartbeat } from '@temporalio/activity';
import { isRefusal } from '../cluster/errors.ts';
import { layDown, stillAwake } from '../cluster/sleep.ts';
import { mustNotBeElsewhere } from '../cluster/whereabouts.ts';
import type { Namespace } from '../environment/life.ts';
import type { Specification } from '../environment/request.ts';
import type { Dependencies } from './dependencies.ts';
import { after } from './time.ts';

const POLL_MS = 500;
/** Pods have half a minute to end by themselves: what takes longer is told. */
const QUIET_MS = 5000;

/** How far an environment is on its way to sleep, and what keeps it awake. */
export interface Drowsiness {
  state: 'awake' | 'asleep' | 'gone';
  left: string[];
}

/** What it takes to put an environment to sleep. */
export function sleepActivities({ cluster, ownershipKey }: Dependencies) {
  return {
    /** Puts to sleep, until something else keeps it awake than was seen last, or nothing at all. */
    async putToSleep(specification: Specification, namespace: Namespace, seen: string[]): Promise<Drowsiness> {
      const signal = cancellationSignal();
      const mayTell = after(QUIET_MS);
      const isNews = (left: string[]): boolean => left.join() !== seen.join();
      try {
        if (!(await layDown(cluster, ownershipKey, namespace, specification, signal))) {
          await mustNotBeElsewhere(cluster, namespace, signal);
          return { state: 'gone', left: [] };
        }
        for (;;) {
          const left = await stillAwake(cluster, namespace, specification, signal);
          if (left.length === 0) return { state: 'asleep', left };
          if (isNews(left) && mayTell()) return { state: 'awake', left };
          heartbeat(left);
          await sleep(POLL_MS, undefined, { signal });
        }
      } catch (error) {
        // What the cluster refuses is told to people, and asked for again: nobody's work is given up for it.
        if (!(isRefusal(error) && isNews([error.message]))) throw error;
        return { state: 'awake', left: [error.message] };
      }
    },
  };
}
