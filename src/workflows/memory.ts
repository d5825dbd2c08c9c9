import { CancellationScope, isCancellation, log, patched, TemporalFailure } from '@temporalio/workflow';
import type { Environment } from '../environment/environment.ts';
import type { Life, Namespace } from '../environment/life.ts';
import { isLater } from '../environment/sleep.ts';
import { quick } from './activity-options.ts';
import { causeOf } from './failure.ts';
import { persistently } from './persistently.ts';
import type { EnvironmentRecord } from './record.ts';

/**
 * What the namespace of an environment remembers of it: all that its workflow needs to be started again, should Temporal
 * ever lose it. The last that is kept is the last that is written.
 */
export class Memory {
  readonly #record: EnvironmentRecord;
  readonly #place: () => Namespace;
  #last: Promise<void> = Promise.resolve();

  constructor(record: EnvironmentRecord, place: () => Namespace) {
    this.#record = record;
    this.#place = place;
  }

  /**
   * Keeps an environment that is to be handed over for the first time. What is in the way of that is shown as a step.
   * @throws TemporalFailure where the cluster refuses it, or it is cancelled
   */
  async keep(environment: Environment): Promise<void> {
    const run = () => quick.remember(this.#place(), environment);
    try {
      await run();
    } catch (error) {
      if (!(error instanceof TemporalFailure) || isCancellation(error)) throw error;
      await this.#record.step('memory', () => persistently(this.#record, run));
    }
  }

  /**
   * Keeps the environment as it is shown, soon, and without holding up anything: what the cluster does not note is in
   * force all the same. Only after a loss of Temporal's database it would be as it was remembered before.
   */
  renew(): void {
    const environment = this.#record.environment;
    this.#last = this.#last.then(() => CancellationScope.nonCancellable(() => this.#write(environment)));
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

  /** Waits until what is to be kept is written, or refused. */
  settled(): Promise<void> {
    return this.#last;
  }

  async #write(environment: Environment): Promise<void> {
    try {
      await quick.remember(this.#place(), environment);
    } catch (error) {
      if (!(error instanceof TemporalFailure)) throw error;
      log.warn('The namespace does not remember how its environment is now.', { reason: causeOf(error) });
    }
  }
}
