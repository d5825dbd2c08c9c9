import { isCancellation, patched, setHandler, TemporalFailure } from '@temporalio/workflow';
import { type Mending, noted, unrestored } from '../environment/drift.ts';
import type { Namespace } from '../environment/life.ts';
import { isSettled, judged, paced, UNHURRIED } from '../environment/pace.ts';
import type { Specification } from '../environment/request.ts';
import { isLater } from '../environment/sleep.ts';
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
  readonly #specification: () => Specification;
  readonly #place: () => Namespace;
  #isAsked: boolean;
  #pace = UNHURRIED;

  /** @param isAsked whether an earlier run was told to look, and had not yet */
  constructor(record: EnvironmentRecord, specification: () => Specification, place: () => Namespace, isAsked = false) {
    this.#record = record;
    this.#specification = specification;
    this.#place = place;
    // As an earlier run left it.
    this.#isAsked = isAsked || record.environment.state === 'degraded' || unrestored(record.environment).length > 0;
    setHandler(checkSignal, () => {
      // A worker of yesterday takes no notice of it, and may have been the one that had this environment then.
      if (patched('compares-with-cluster')) this.ask();
    });
  }

  /** When to look, in milliseconds since the epoch; `undefined` where nobody wants that. */
  get dueMs(): number | undefined {
    return this.#isAsked ? this.#pace.notBefore : undefined;
  }

  /** Has it looked at soon. */
  ask(): void {
    this.#isAsked = true;
  }

  /** @returns whether the environment is still there */
  async mend(): Promise<boolean> {
    this.#isAsked = false;
    const mending = await this.#look();
    if (mending.later !== undefined) {
      // Temporal may have been restored from an hour ago. Now that it is known as it is, it is looked at.
      if (isLater(mending.later, this.#record.environment)) this.#record.become(mending.later);
      this.ask();
      return true;
    }
    const { isThere, findings } = mending;
    this.#pace = paced(this.#pace, findings, Date.now(), this.#record.environment.state === 'asleep');
    const { environment } = this.#record;
    const now = judged(mending.isUnknown ? environment : noted(environment, findings, new Date()), mending, this.#pace);
    // Who tells of something during a long look may have seen it change after that.
    const isAskedAgain = patched('looks-once-more') && this.#isAsked;
    this.#isAsked = isAskedAgain || !isSettled(mending, this.#pace);
    if (now !== environment) this.#record.become(now);
    return isThere;
  }

  /** What cannot be looked at just now may be all right: nobody is told before it stays so. */
  async #look(): Promise<Mending & { isUnknown?: true }> {
    const { environment } = this.#record;
    try {
      return (await quick.mend(this.#specification(), this.#place(), environment)).value;
    } catch (error) {
      if (!(error instanceof TemporalFailure) || isCancellation(error)) throw error;
      const object = `Namespace ${this.#place().name}`;
      const message = `it cannot be looked at: ${causeOf(error)}`;
      return { isThere: true, findings: [{ object, what: 'not restored', message }], isPassing: true, isUnknown: true };
    }
  }
}
