import type { Identity } from '../../environment/identity.ts';
import { type ProblemError, refuseForNow } from '../http/problems.ts';
import { retryAfter } from './come-back.ts';
import { expectedWaitMs } from './expected-wait.ts';
import type { Load } from './load.ts';
import { type Queue, servedPerSecond } from './queue.ts';
import { RecentStarts } from './recent-starts.ts';
import type { OnRefused } from './refusal.ts';
import { Returns } from './returns.ts';

/** What a start, or a waking, passes until it is ready: guards alone need no activity that is queued. */
export type Passes = 'both queues' | 'tasks of workflows';

/** Who waits, looks now and then all the same. */
const LONGEST_POLL_MS = 30_000;

/**
 * Who is let in. What cannot be begun within the time for which its caller waits is refused at once, rather than queued to
 * be given up; where nothing is known of a wait, everybody is let in.
 */
export class Admission {
  readonly #load: Load;
  readonly #onRefused: OnRefused;
  readonly #starts = new RecentStarts();
  readonly #returns = new Returns();

  constructor(load: Load, onRefused: OnRefused = () => undefined) {
    this.#load = load;
    this.#onRefused = onRefused;
  }

  /**
   * Lets in a start that is to be queued, and what is to be woken for one: it takes the same work. Who asks for what was
   * let in and may still be queued, joins it.
   * @param mostMs for how long it may be queued
   * @throws ProblemError with 503, and when to come back
   */
  admit(start: Identity, mostMs: number, passes: Passes = 'both queues'): void {
    this.#load.watch();
    if (this.#mayBeQueued(start)) return;
    const waitMs = this.#waitMs(start.dev_id, passes);
    if (waitMs > mostMs) throw this.#refusal(waitMs, mostMs);
    this.#starts.add(start, performance.now());
  }

  /** When to look again at what is queued, as `Retry-After` has it. */
  lookAgain(): string {
    return retryAfter(Math.min(this.#waitMs(), LONGEST_POLL_MS));
  }

  /** When to ask again for what no worker has taken in time, as `Retry-After` has it. */
  askAgain(): string {
    this.#load.watch();
    return this.#returns.next({ excessMs: this.#waitMs(), perSecond: this.#perSecond });
  }

  /** How long a start is queued that comes now, in milliseconds: it passes one queue after the other. */
  #waitMs(developer?: string, passes: Passes = 'both queues'): number {
    const queues = this.#load.queues.slice(0, passes === 'both queues' ? undefined : 1);
    return queues.filter(isBusy).reduce((sum, queue) => sum + this.#waitIn(queue, developer), 0);
  }

  #waitIn(queue: Queue, developer: string | undefined): number {
    return expectedWaitMs(queue, {
      added: this.#starts.countSince(queue.at),
      share: developer === undefined ? 1 : this.#starts.shareBefore(developer, queue.at - queue.oldestMs),
    });
  }

  #mayBeQueued(start: Identity): boolean {
    const since = this.#load.queues.filter(isBusy).map(({ at, oldestMs }) => at - oldestMs);
    return since.length > 0 && this.#starts.has(start, Math.min(...since));
  }

  /** The slower of them decides. */
  get #perSecond(): number | undefined {
    const rates = this.#load.queues.filter(isBusy).flatMap((queue) => servedPerSecond(queue) ?? []);
    return rates.length === 0 ? undefined : Math.min(...rates);
  }

  #refusal(waitMs: number, mostMs: number): ProblemError {
    this.#onRefused('overload');
    const [wait, most] = [waitMs, mostMs].map((ms) => Math.ceil(ms / 1000));
    const detail =
      `So much is asked for just now that this would begin in ${wait} s, and not within ${most} s. Nothing was started: ` +
      'ask again after the seconds in Retry-After, or say that you wait for longer.';
    return refuseForNow(detail, this.#returns.next({ excessMs: waitMs - mostMs, perSecond: this.#perSecond }));
  }
}

/**
 * For how long something may be queued, in milliseconds: who does not wait is content with what is done later, within reason.
 * @param longestMs for how long they would wait at the most
 */
export function mostQueuedMs(waitMs: number, longestMs: number): number {
  return waitMs === 0 ? longestMs : waitMs;
}

function isBusy({ busySince }: Queue): boolean {
  return busySince !== undefined;
}
