import { setTimeout as pause } from 'node:timers/promises';
import { following, type Queue } from './queue.ts';
import type { QueuesReading } from './read-queues.ts';

/** In milliseconds: how often it is read, how old what was read may be, and for how long it is read after somebody asked. */
interface Times {
  everyMs: number;
  freshMs: number;
  watchedMs: number;
}

/** A surge has its pauses: it is watched on meanwhile. */
const TIMES: Times = { everyMs: 1000, freshMs: 5000, watchedMs: 10_000 };

/**
 * How people's queues are: read about once a second, one reading at a time, and only while somebody asks for something
 * that queues. All API servers of an installation see the same.
 */
export class Load {
  readonly #read: () => Promise<QueuesReading>;
  readonly #times: Times;
  #queues: readonly Queue[] = [];
  #readAt = Number.NEGATIVE_INFINITY;
  #hasWorkers = false;
  #isWatched = false;
  #neededAt = Number.NEGATIVE_INFINITY;

  constructor(read: () => Promise<QueuesReading>, times = TIMES) {
    this.#read = read;
    this.#times = times;
  }

  /** Has it watched for the next while. */
  watch(): void {
    this.#neededAt = performance.now();
    if (!this.#isWatched) void this.#keepReading();
  }

  /**
   * The queues, as they were read last. None where that was not lately, or no worker asks for work: then there is no rate to
   * go by, and what is accepted is done once one runs.
   */
  get queues(): readonly Queue[] {
    return this.#hasWorkers ? this.#fresh() : [];
  }

  async #keepReading(): Promise<void> {
    this.#isWatched = true;
    while (performance.now() - this.#neededAt < this.#times.watchedMs) {
      await this.#look();
      await pause(this.#times.everyMs, undefined, { ref: false });
    }
    this.#isWatched = false;
  }

  async #look(): Promise<void> {
    try {
      const { queues, hasWorkers } = await this.#read();
      const before = this.#fresh();
      this.#queues = queues.map((queue, index) => following(before[index], queue));
      this.#readAt = performance.now();
      this.#hasWorkers = hasWorkers;
    } catch {
      // What was read before grows old, and is not acted on then.
    }
  }

  #fresh(): readonly Queue[] {
    return performance.now() - this.#readAt < this.#times.freshMs ? this.#queues : [];
  }
}
