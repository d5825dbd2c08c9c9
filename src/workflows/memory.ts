import { isCancellation, patched, TemporalFailure } from '@temporalio/workflow';
import type { Environment } from '../environment/environment.ts';
import type { Life, Namespace } from '../environment/life.ts';
import { isLater } from '../environment/sleep.ts';
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

  /**
   * Takes up what the namespace remembers, where that is later than what is known here: Temporal may have been restored
   * from an hour ago, and nobody's environment is ended by what was true then.
   * @returns the namespace; `undefined` where all is as it is known
   */
  async catchUp(life: Life): Promise<Namespace | undefined> {
    if (!patched('catches-up')) return undefined;
    const { dev_id, project } = this.#record.environment;
    const { value } = await persistently(this.#record, () => quick.recallLife({ dev_id, project }, life));
    if (value === undefined || !isLater(value.environment, this.#record.environment)) return undefined;
    this.#record.become(value.environment);
    return value.namespace;
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
