import {
  type ApplicationFailure,
  allHandlersFinished,
  CancellationScope,
  condition,
  setHandler,
  workflowInfo,
} from '@temporalio/workflow';
import type { Environment, State } from '../environment/environment.ts';
import { lifetimeFault } from '../environment/lifetime.ts';
import { problem } from '../environment/problem.ts';
import type { Recipe } from '../environment/recipe.ts';
import { extended, isFallingAsleep, isReady, lastSleep } from '../environment/sleep.ts';
import { failureOf } from './failure.ts';
import type { Memory } from './memory.ts';
import { extendUpdate, sleepUpdate, startUpdate, type Wish, wishSignal } from './messages.ts';
import type { EnvironmentRecord } from './record.ts';

/** What comes next for an environment that is ready, or asleep. */
export type Next = Wish['wish'] | 'a new run' | 'its end';

/** What people want of an environment, and what they are told: all messages that its workflow takes. */
export class Wishes {
  readonly #record: EnvironmentRecord;
  readonly #lifetime: Recipe['lifetime'];
  readonly #memory: Memory | undefined;
  #wish: Wish['wish'] | undefined;

  constructor(record: EnvironmentRecord, lifetime: Recipe['lifetime'], memory: Memory | undefined) {
    this.#record = record;
    this.#lifetime = lifetime;
    this.#memory = memory;
    setHandler(startUpdate, () => this.#awake());
    setHandler(sleepUpdate, () => this.#asleep());
    setHandler(extendUpdate, (ttl) => this.#longer(ttl));
    setHandler(wishSignal, ({ wish, lastSleep: seen }) => {
      if (seen === lastSleep(this.#environment)) this.#want(wish);
    });
  }

  /** Ready or asleep: waits until its time is over, somebody wants it otherwise, or its history is long. */
  async next(): Promise<Next> {
    for (;;) {
      const end = endOf(this.#environment);
      const isOtherwise = () => this.#wish !== undefined || isLong() || endOf(this.#environment) !== end;
      const leftMs = Math.max(0, Date.parse(end ?? '') - Date.now());
      if (!(await condition(isOtherwise, leftMs))) return this.#environment.state === 'asleep' ? 'its end' : 'sleep';
      const wish = this.#wish;
      this.#wish = undefined;
      if (wish !== undefined) return wish;
      if (isLong()) return 'a new run';
    }
  }

  get #environment(): Environment {
    return this.#record.environment;
  }

  /** What is so already, or will be so without it, is not wanted. */
  #want(wish: Wish['wish']): void {
    const environment = this.#environment;
    const sleeps = environment.state === 'asleep' || isFallingAsleep(environment);
    if (wish === 'wake' ? sleeps : isReady(environment)) this.#wish = wish;
  }

  /** What a caller of start is told once it is known: the environment, ready, or the problem. */
  async #awake(): Promise<Environment> {
    this.#want('wake');
    await untilSo(() => this.#isSettled());
    const environment = this.#environment;
    if (environment.problem) throw failureOf(environment.problem);
    if (environment.state === 'ready') return environment;
    throw environment.state === 'asleep'
      ? failureOf(problem('not-ready', 'It was put to sleep meanwhile. Start it again to wake it.'))
      : endedMeanwhile();
  }

  #isSettled(): boolean {
    const environment = this.#environment;
    if (environment.state === 'asleep') return this.#wish !== 'wake';
    // Ready, and just about to be put to sleep, is not what anybody waits for.
    if (isReady(environment)) return this.#wish !== 'sleep';
    return ['failed', 'terminating'].includes(environment.state);
  }

  /** What a caller of sleep is told: the environment, asleep, or why it is not. */
  async #asleep(): Promise<Environment> {
    this.#want('sleep');
    const { state } = this.#environment;
    if (!['ready', 'asleep'].includes(state) && !isFallingAsleep(this.#environment)) throw notReady(state);
    await untilSo(() => this.#environment.state !== 'ready' && !isFallingAsleep(this.#environment));
    const environment = this.#environment;
    if (environment.state === 'asleep') return environment;
    throw environment.state === 'terminating' ? endedMeanwhile() : notReady(environment.state);
  }

  #longer(ttl: string): Environment {
    const fault = lifetimeFault(ttl, this.#lifetime);
    if (fault !== undefined)
      throw failureOf(problem('invalid-request', `The ttl ${fault}.`, [{ pointer: '/ttl', detail: fault }]));
    if (!isReady(this.#environment)) throw notReady(this.#environment.state);
    this.#record.become(extended(this.#environment, new Date(), ttl));
    this.#memory?.renew();
    return this.#environment;
  }
}

function endOf({ state, expires_at, retained_until }: Environment): string | undefined {
  return state === 'asleep' ? retained_until : expires_at;
}

/** Whoever still waits for an answer must have it from this run. */
function isLong(): boolean {
  return workflowInfo().continueAsNewSuggested && allHandlersFinished();
}

/** Whoever asks is answered, also where the environment is just being ended. */
function untilSo(isSo: () => boolean): Promise<void> {
  return CancellationScope.nonCancellable(() => condition(isSo));
}

function notReady(state: State): ApplicationFailure {
  return failureOf(problem('not-ready', `It is ${state}. Start it, or wait until it is ready.`));
}

function endedMeanwhile(): ApplicationFailure {
  return failureOf(problem('terminated-meanwhile', 'It was terminated meanwhile. Start it again.'));
}
