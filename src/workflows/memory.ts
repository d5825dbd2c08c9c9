import { isCancellation, TemporalFailure } from '@temporalio/workflow';
import type { Environment } from '../environment/environment.ts';
import type { Namespace } from '../environment/life.ts';
import { quick } from './activity-options.ts';
import { persistently } from './persistently.ts';
import type { EnvironmentRecord } from './record.ts';

/**
 * What the namespace of an environment remembers of it: all that its workflow needs to be started again, should Temporal
 * ever lose it. The last that is kept is the last that is written.
 */
export class Memory {
  readonly #record: EnvironmentRecord;
  readonly #place: () => Namespace;
  #last: Promise<unknown> = Promise.resolve();

  constructor(record: EnvironmentRecord, place: () => Namespace) {
    this.#record = record;
    this.#place = place;
  }

  /** @throws TemporalFailure where the cluster refuses it, or it is cancelled */
  async keep(environment: Environment): Promise<void> {
    const before = this.#last;
    const written = before
      .catch(() => undefined)
      .then(() => persistently(this.#record, () => quick.remember(this.#place(), environment)));
    this.#last = written;
    await written;
  }

  /** Keeps the environment as it is shown. Where the cluster refuses that, what was remembered before stays. */
  async renew(): Promise<void> {
    try {
      await this.keep(this.#record.environment);
    } catch (error) {
      if (!(error instanceof TemporalFailure) || isCancellation(error)) throw error;
    }
  }
}
