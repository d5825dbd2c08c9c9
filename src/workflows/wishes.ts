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
import { extended, isAwake, isFallingAsleep, lastSleep } from '../environment/sleep.ts';
import { failureOf } from './failure.ts';
import type { Memory } from './memory.ts';
import type { Mender } from './mending.ts';
import { extendUpdate, sleepUpdate, startUpdate, type Wish, wishSignal } from './messages.ts';
import type { EnvironmentRecord } from './record.ts';

/** What comes next for an environment that is ready, or asleep. */
export type Next = Wish['wish'] | 'mend' | 'a new run' | 'its time is over';

/** What people want of an environment, and what they are told: all messages that its workflow takes. */
export class Wishes {
  readonly #record: EnvironmentRecord;
  readonly #lifetime: () => Recipe['lifetime'];
  readonly #memory: Memory | undefined;
  readonly #mender: Mender;
  #wish: Wish['wish'] | undefined;

  constructor(
    record: EnvironmentRecord,
    lifetime: () => Recipe['lifetime'],
    memory: Memory | undefined,
    mender: Mender,
  ) {
    this.#record = record;
    this.#lifetime = lifetime;
    this.#memory = memory;
    this.#mender = mender;
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
      const due = this.#mender.dueMs;
      // People come first.
      if (due !== undefined && due <= Date.now() && this.#wish === undefined) return 'mend';
      const end = endOf(this.#environment);
      const isOtherwise = () =>
        this.#wish !== undefined || isLong() || endOf(this.#environment) !== end || this.#mender.dueMs !== due;
      const untilMs = Date.parse(end ?? '');
      const leftMs = Math.max(0, Math.min(untilMs, due ?? untilMs) - Date.now());
      if (!(await condition(isOtherwise, leftMs))) {
        if (due !== undefined && due < untilMs) continue;
        return 'its time is over';
      }
      const wish = this.#wish;
      this.#wish = undefined;
      if (wish !== undefined && this.#isWanted(wish)) return wish;
      if (isLong()) return 'a new run';
    }
  }

  /** Whether its time is over, and nobody wants it otherwise. */
  get isTimeOver(): boolean {
    return this.#wish === undefined && Date.parse(endOf(this.#environment) ?? '') <= Date.now();
  }

  /** Whether somebody waits for an answer, or for something to be done. */
  get isAnybodyWaiting(): boolean {
    return this.#wish !== undefined || !allHandlersFinished();
  }

  get #environment(): Environment {
    return this.#record.environment;
  }

  #want(wish: Wish['wish']): void {
    if (this.#isWanted(wish)) this.#wish = wish;
  }

  /** What is so already, or will be so without it, is not wanted. */
  #isWanted(wish: Wish['wish']): boolean {
    const environment = this.#environment;
    const sleeps = environment.state === 'asleep' || isFallingAsleep(environment);
    return wish === 'wake' ? sleeps : isAwake(environment);
  }

  /** What a caller of start is told once it is known: the environment, ready, or the problem. */
  async #awake(): Promise<Environment> {
    this.#want('wake');
    await untilSo(() => this.#isSettled());
    const environment = this.#environment;
    if (isAwake(environment)) return environment;
    if (environment.problem) throw failureOf(environment.problem);
    throw environment.state === 'asleep'
      ? failureOf(problem('not-ready', 'It was put to sleep meanwhile. Start it again to wake it.'))
      : endedMeanwhile();
  }

  #isSettled(): boolean {
    const environment = this.#environment;
    if (environment.state === 'asleep') return this.#wish !== 'wake';
    // Ready, and just about to be put to sleep, is not what anybody waits for.
    if (isAwake(environment)) return this.#wish !== 'sleep';
    return ['failed', 'terminating'].includes(environment.state);
  }

  /** What a caller of sleep is told: the environment, asleep, or why it is not. */
  async #asleep(): Promise<Environment> {
    this.#want('sleep');
    const { state } = this.#environment;
    const isStillAwake = () => isAwake(this.#environment) || isFallingAsleep(this.#environment);
    if (state !== 'asleep' && !isStillAwake()) throw notReady(state);
    await untilSo(() => !isStillAwake());
    const environment = this.#environment;
    if (environment.state === 'asleep') return environment;
    throw environment.state === 'terminating' ? endedMeanwhile() : notReady(environment.state);
  }

  #longer(ttl: string): Environment {
    const fault = lifetimeFault(ttl, this.#lifetime());
    if (fault !== undefined)
      throw failureOf(problem('invalid-request', `The ttl ${fault}.`, [{ pointer: '/ttl', detail: fault }]));
    if (!isAwake(this.#environment)) throw notReady(this.#environment.state);
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
