import { isCancellation, patched, setHandler, TemporalFailure } from '@temporalio/workflow';
import { type Mending, noted, unrestored } from '../environment/drift.ts';
import type { Namespace } from '../environment/life.ts';
import { isSettled, judged, paced, UNHURRIED } from '../environment/pace.ts';
import type { Specification } from '../environment/request.ts';
import { quick } from './activity-options.ts';
import { causeOf } from './failure.ts';
import { checkSignal } from './messages.ts';
import type { EnvironmentRecord } from './record.ts';

/**
 * Keeps an environment as it should be: when it is told that the cluster may hold something else, it looks, restores what
 * differs, and shows that. While something cannot be restored, or somebody changes it again and again, the environment is
 * degraded, and looked at again ever more rarely.
 */
export class Mender {
  readonly #record: EnvironmentRecord;
  readonly #specification: Specification;
  readonly #place: () => Namespace;
  #isAsked: boolean;
  #pace = UNHURRIED;

  constructor(record: EnvironmentRecord, specification: Specification, place: () => Namespace) {
    this.#record = record;
    this.#specification = specification;
    this.#place = place;
    // As an earlier run left it.
    this.#isAsked = record.environment.state === 'degraded' || unrestored(record.environment).length > 0;
    setHandler(checkSignal, () => {
      // A worker of yesterday takes no notice of it, and may have been the one that had this environment then.
      if (patched('compares-with-cluster')) this.#isAsked = true;
    });
  }

  /** When to look, in milliseconds since the epoch; `undefined` where nobody wants that. */
  get dueMs(): number | undefined {
    return this.#isAsked ? this.#pace.notBefore : undefined;
  }

  /** @returns whether the environment is still there */
  async mend(): Promise<boolean> {
    this.#isAsked = false;
    const mending = await this.#look();
    const { isThere, findings } = mending;
    this.#pace = paced(this.#pace, findings, Date.now(), this.#record.environment.state === 'asleep');
    const { environment } = this.#record;
    const now = judged(mending.isUnknown ? environment : noted(environment, findings, new Date()), mending, this.#pace);
    this.#isAsked = !isSettled(mending, this.#pace);
    if (now !== environment) this.#record.become(now);
    return isThere;
  }

  /** What cannot be looked at just now may be all right: nobody is told before it stays so. */
  async #look(): Promise<Mending & { isUnknown?: true }> {
    const { environment } = this.#record;
    try {
      const known = unrestored(environment);
      const isAsleep = environment.state === 'asleep';
      return (await quick.mend(this.#specification, this.#place(), isAsleep, known)).value;
    } catch (error) {
      if (!(error instanceof TemporalFailure) || isCancellation(error)) throw error;
      const object = `Namespace ${this.#place().name}`;
      const message = `it cannot be looked at: ${causeOf(error)}`;
      return { isThere: true, findings: [{ object, what: 'not restored', message }], isPassing: true, isUnknown: true };
    }
  }
}
