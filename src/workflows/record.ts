import { setCurrentDetails, upsertMemo, upsertSearchAttributes } from '@temporalio/workflow';
import {
  advance,
  beginStep,
  type Environment,
  endStep,
  type State,
  type Step,
  type StepName,
} from '../environment/environment.ts';
import type { Problem } from '../environment/problem.ts';
import { details } from './details.ts';
import type { EnvironmentMemo } from './messages.ts';
import { searchAttributesOf } from './search-attributes.ts';
import { tellChange } from './tell-change.ts';

/** What a step came to, after how many attempts, and what people should know of it. */
export interface StepResult<T> {
  value: T;
  attempts: number;
  message?: string;
}

/**
 * The environment as everyone sees it. Its changes are published in the workflow's memo, search attributes and current
 * details, so that status needs no worker and an operator reads in the Temporal UI what is happening now.
 *
 * Changes that are made together are published together, before the workflow waits again: Temporal works some
 * milliseconds on each upsert of search attributes.
 */
export class EnvironmentRecord {
  #environment: Environment;
  readonly #speaks: boolean;
  #published: Environment;

  /** @param speaks whether lists find the environment through this workflow */
  constructor(environment: Environment, speaks = true) {
    this.#environment = environment;
    this.#published = environment;
    this.#speaks = speaks;
    setCurrentDetails(details(environment));
  }

  get environment(): Environment {
    return this.#environment;
  }

  /** Brings the environment into its next state, with what becomes known by it. */
  enter(state: State, known: { problem?: Problem } = {}): void {
    this.#change({ ...advance(this.#environment, state), ...known });
  }

  /** Shows the environment as a rule of the domain makes it of what it is. */
  become(environment: Environment): void {
    this.#change(environment);
  }

  /** Runs a step and shows that it runs, how it ended, and after how many attempts. One that an earlier run began goes on. */
  async step<T>(name: StepName, run: () => Promise<StepResult<T>>): Promise<T> {
    if (this.#running?.name !== name) this.#change(beginStep(this.#environment, name, new Date()));
    const { value, attempts, message } = await run();
    this.#end({ state: 'done', attempts, message });
    return value;
  }

  /** Ends the step that runs, if one does, as failed or cancelled. */
  breakOff(state: 'failed' | 'cancelled', message?: string): void {
    this.#end({ state, message });
  }

  /** Shows something about the step that runs, and how often it was begun by now where it was so again. */
  note(message: string, attempts?: number): void {
    const told = { message, ...(attempts !== undefined && { attempts }) };
    const steps = this.#environment.steps.map((step): Step => (step.state === 'running' ? { ...step, ...told } : step));
    this.#change({ ...this.#environment, steps });
  }

  /** The namespace is known from here on. */
  locate(namespace: string): void {
    this.#change({ ...this.#environment, namespace });
  }

  /** From here on another workflow tears the environment down, and shows how that goes. */
  tornDownBy(teardown: string): void {
    upsertMemo({ teardown } satisfies Partial<EnvironmentMemo>);
  }

  get #running(): Step | undefined {
    return this.#environment.steps.find(({ state }) => state === 'running');
  }

  #end(outcome: Parameters<typeof endStep>[2]): void {
    this.#change(endStep(this.#environment, new Date(), outcome));
  }

  #change(environment: Environment): void {
    const isFirst = this.#environment === this.#published;
    this.#environment = environment;
    // After everything that is to be done at once, and before Temporal is told what this workflow waits for.
    if (isFirst) void Promise.resolve().then(() => this.#publish());
  }

  #publish(): void {
    const [before, now] = [this.#published, this.#environment];
    this.#published = now;
    upsertMemo({ environment: now } satisfies EnvironmentMemo);
    setCurrentDetails(details(now));
    tellChange(before, now);
    const isFoundOtherwise = before.state !== now.state || before.namespace !== now.namespace;
    if (this.#speaks && isFoundOtherwise) upsertSearchAttributes(searchAttributesOf(now));
  }
}
