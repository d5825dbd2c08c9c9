import { CancellationScope, isCancellation, log, patched, TemporalFailure, workflowInfo } from '@temporalio/workflow';
import type { Environment } from '../environment/environment.ts';
import type { Life, Namespace } from '../environment/life.ts';
import type { Specification } from '../environment/request.ts';
import { isLater } from '../environment/sleep.ts';
import { quick } from './activity-options.ts';
import { causeOf } from './failure.ts';
import { persistently } from './persistently.ts';
import type { EnvironmentRecord, StepResult } from './record.ts';

/** What was handed over sooner cannot be in a backup as one that was not. Its start does without a look. */
export const SOON_MS = 5000;
/** No deadline ends the waiting for a cluster that is away for days: it must not fill a history. */
const LONGEST_PAUSE_MS = 60_000;

/** Where an environment is, and what it is made of: of what was recalled before that was noted, the latter is not known. */
interface Place {
  namespace: Namespace;
  specification?: Specification;
}

/**
 * What the namespace of an environment remembers of it: all that its workflow needs to be started again, should Temporal
 * ever lose it. The last that is kept is the last that is written.
 */
export class Memory {
  readonly #record: EnvironmentRecord;
  readonly #place: () => Namespace;
  readonly #onLater: () => void;
  #last: Promise<void> = Promise.resolve();

  /**
   * @param onLater is told where the namespace remembers something later than is known here, and was left so: what was done
   *   here may be otherwise than it is by now
   */
  constructor(record: EnvironmentRecord, place: () => Namespace, onLater: () => void) {
    this.#record = record;
    this.#place = place;
    this.#onLater = onLater;
  }

  /**
   * Keeps an environment that is to be handed over for the first time. What is in the way of that is shown as a step.
   * @returns what its namespace remembers already, where it was handed over before
   * @throws TemporalFailure where the cluster refuses it, or it is cancelled
   */
  async keep(environment: Environment): Promise<Environment | undefined> {
    const isSoon = Date.now() - workflowInfo().startTime.getTime() < SOON_MS;
    const known = isSoon ? undefined : this.#record.environment;
    const run = () => this.#remember(environment, known);
    try {
      return (await run()).value;
    } catch (error) {
      if (!(error instanceof TemporalFailure) || isCancellation(error)) throw error;
      return await this.#record.step('memory', () => persistently(this.#record, run));
    }
  }

  /**
   * Takes up what the namespace remembers, where that is later than what is known here: Temporal may have been restored
   * from an hour ago, and nobody's environment is ended by what was true then.
   * @param known as it is known here
   * @returns where it is, and what it is made of; `undefined` where all is as it is known
   */
  async catchUp(life: Life, known: Environment): Promise<Place | undefined> {
    if (!patched('catches-up')) return undefined;
    const { dev_id, project } = known;
    const recall = () => quick.recallLife({ dev_id, project }, life);
    const { value } = await persistently(this.#record, recall, LONGEST_PAUSE_MS);
    if (value === undefined || !isLater(value.environment, known)) return undefined;
    this.#record.become(value.environment);
    return value;
  }

  /**
   * Keeps the environment as it is shown, soon, and without holding up anything: what the cluster does not note is in
   * force all the same. Only after a loss of Temporal's database it would be as it was remembered before.
   */
  renew(): void {
    const environment = this.#record.environment;
    this.#last = this.#last.then(() => CancellationScope.nonCancellable(() => this.#write(environment)));
  }

  /** Waits until what is to be kept is written, or refused; that too which comes meanwhile. */
  async settled(): Promise<void> {
    for (let last: Promise<void> | undefined; last !== this.#last; ) {
      last = this.#last;
      await last;
    }
  }

  async #remember(environment: Environment, known?: Environment): Promise<StepResult<Environment | undefined>> {
    const result = await quick.remember(this.#place(), environment, known);
    if (result.value !== undefined) this.#onLater();
    return result;
  }

  async #write(environment: Environment): Promise<void> {
    try {
      await this.#remember(environment, environment);
    } catch (error) {
      if (!(error instanceof TemporalFailure)) throw error;
      log.warn('The namespace does not remember how its environment is now.', { reason: causeOf(error) });
    }
  }
}
