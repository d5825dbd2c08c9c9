import { CancellationScope, isCancellation, log, TemporalFailure } from '@temporalio/workflow';
import type { Environment } from '../environment/environment.ts';
import type { Namespace } from '../environment/life.ts';
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
