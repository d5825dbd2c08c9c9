import type { Client } from '@temporalio/client';
import { allQueueStats } from '../../src/temporal/queue-stats.ts';
import { TASK_QUEUE } from '../../src/workflows/messages.ts';
import { ownProcesses, programOf } from '../processes.ts';

const EVERY_MS = 1000;

/** How the system was at a moment, in milliseconds since the first call. */
export interface Sample {
  atMs: number;
  /** Processes that run. */
  workers: number;
  apiServers: number;
  /** Tasks that wait in people's queue, as far as Temporal tells. */
  backlog: number;
  /** Callers who are due, and have no answer yet. */
  waiting: number;
}

/** Looks every second. */
export class Sampler {
  readonly #temporal: Client;
  readonly #waiting: () => number;
  readonly #samples: Sample[] = [];
  #timer: NodeJS.Timeout | undefined;
  #began = 0;

  /** @param waiting how many callers have no answer yet */
  constructor(temporal: Client, waiting: () => number) {
    this.#temporal = temporal;
    this.#waiting = waiting;
  }

  start(): void {
    this.#began = performance.now();
    // A look that fails shows nothing: the next one may.
    this.#timer = setInterval(() => void this.#look().catch(() => undefined), EVERY_MS);
  }

  /** @returns what was seen, in order */
  stop(): Sample[] {
    clearInterval(this.#timer);
    return this.#samples.toSorted((one, other) => one.atMs - other.atMs);
  }

  async #look(): Promise<void> {
    const atMs = performance.now() - this.#began;
    const here = { ...running(), waiting: this.#waiting() };
    this.#samples.push({ atMs, ...here, backlog: await backlog(this.#temporal) });
  }
}

async function backlog(temporal: Client): Promise<number> {
  const [workflows, activities] = await allQueueStats(temporal, TASK_QUEUE);
  return workflows.waiting + activities.waiting;
}

/** How many workers and API servers this process has as children; none but on Linux. */
function running(): Pick<Sample, 'workers' | 'apiServers'> {
  const names = ownProcesses().flatMap((one) => (one.id === process.pid ? [] : [programOf(one)]));
  return {
    workers: names.filter((name) => name === 'worker').length,
    apiServers: names.filter((name) => name === 'api').length,
  };
}
