import { setTimeout as pause } from 'node:timers/promises';
import { following, type Queue } from './queue.ts';
import type { QueuesReading } from './read-queues.ts';

const EVERY_MS = 1000;
/** What is older is not acted on. */
const FRESH_MS = 5000;
/** For so long after somebody asked for something it is watched on: a surge has its pauses. */
const WATCHED_MS = 10_000;

/**
 * How people's queues are: read about once a second, one reading at a time, and only while somebody asks for something
 * that queues. All API servers of an installation see the same.
 */
export class Load {
  readonly #read: () => Promise<QueuesReading>;
  #queues: readonly Queue[] = [];
  #readAt = Number.NEGATIVE_INFINITY;
  #hasWorkers = false;
  #isWatched = false;
  #neededAt = Number.NEGATIVE_INFINITY;

  constructor(read: () => Promise<QueuesReading>) {
    this.#read = read;
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
    while (performance.now() - this.#neededAt < WATCHED_MS) {
      await this.#look();
      await pause(EVERY_MS, undefined, { ref: false });
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
    return performance.now() - this.#readAt < FRESH_MS ? this.#queues : [];
  }
}
