import type { Abandonment } from './abandonment.ts';
import type { Identity } from './identity.ts';
import type { Problem } from './problem.ts';
import type { Proof } from './proof.ts';
import type { Reach } from './reach.ts';

/** What an environment is doing. */
export const STATES = [
  'queued',
  'provisioning',
  'verifying',
  'ready',
  'degraded',
  'asleep',
  'terminating',
  'terminated',
  'failed',
] as const;
export type State = (typeof STATES)[number];

/**
 * Where each state may lead. Nothing leads out of an ended life: a new start is a new environment. What cannot be woken
 * falls asleep again, since people's work is in it; only a first provisioning fails.
 */
export const TRANSITIONS: Record<State, readonly State[]> = {
  queued: ['provisioning', 'terminating', 'failed'],
  provisioning: ['verifying', 'asleep', 'terminating', 'failed'],
  verifying: ['ready', 'asleep', 'terminating', 'failed'],
  ready: ['degraded', 'asleep', 'terminating'],
  degraded: ['ready', 'asleep', 'terminating'],
  asleep: ['provisioning', 'terminating'],
  terminating: ['terminated'],
  terminated: [],
  failed: [],
};

/**
 * The steps of provisioning, in their order: namespace and guards, verified as they are made; the proof that they hold,
 * where the template demands one; the pods and all they need; and everything once more. Where there is no workload, the
 * last two are not taken. Waking goes through the same, apart from the proof.
 */
export const STEPS = ['isolation', 'proof', 'workload', 'verification'] as const;
export type StepName = (typeof STEPS)[number] | 'memory' | 'sleep' | 'teardown';

/** One step, as it is shown. Times are RFC 3339 in UTC. */
export interface Step {
  name: StepName;
  state: 'running' | 'done' | 'failed' | 'cancelled';
  started_at: string;
  ended_at?: string;
  attempts: number;
  message?: string;
}

/** What was found otherwise than it should be, and what has become of that. */
export interface Drift {
  /** RFC 3339, in UTC. */
  at: string;
  /** Its kind and name. */
  object: string;
  what: 'restored' | 'removed' | 'not restored' | 'lost';
  message: string;
}

/** An environment, as everyone is shown it. Times are RFC 3339 in UTC. */
export interface Environment extends Identity {
  state: State;
  namespace: string | null;
  template: { name: string; digest: string };
  parameters: Record<string, ParameterValue>;
  /** How long it stays awake once it is ready, such as `8h`. */
  ttl: string;
  /** What its guards let it reach. */
  may_reach: Reach;
  /** Made when it was asked for; or before, for whoever comes, or by name. */
  provisioned_from: 'cold' | 'warm_pool' | 'prepared';
  created_at: string;
  ready_at?: string;
  /** When it is put to sleep. */
  expires_at?: string;
  asleep_since?: string;
  /** When it is deleted, if nobody wakes it. */
  retained_until?: string;
  steps: Step[];
  /** What packets have shown, where the template demands it. */
  isolation?: Proof;
  /** That it ended though something of it is left. */
  abandoned?: Abandonment;
  /** What was otherwise than it should be, the latest last. */
  drift?: Drift[];
  problem?: Problem;
}
export type ParameterValue = string | number | boolean;

/** Whether an environment in this state has come to its end: nothing of it is left, and nothing will change. */
export function isOver(state: State): boolean {
  return TRANSITIONS[state].length === 0;
}

/**
 * The environment in its next state. What was wrong in the state before is history.
 * @throws Error where no such transition exists: that is a defect of the caller
 */
export function advance(environment: Environment, state: State): Environment {
  if (!TRANSITIONS[environment.state].includes(state)) {
    throw new Error(`An environment cannot go from ${environment.state} to ${state}.`);
  }
  const { problem: _, ...kept } = environment;
  return { ...kept, state };
}

/** The environment with a step begun. */
export function beginStep(environment: Environment, name: StepName, at: Date): Environment {
  const step: Step = { name, state: 'running', started_at: at.toISOString(), attempts: 1 };
  return { ...environment, steps: [...environment.steps.filter((other) => other.name !== name), step] };
}

/** The environment with its running step ended. */
export function endStep(
  environment: Environment,
  at: Date,
  outcome: { state: 'done' | 'failed' | 'cancelled'; attempts?: number; message?: string | undefined },
): Environment {
  const { state, attempts, message } = outcome;
  const steps = environment.steps.map((step): Step => {
    if (step.state !== 'running') return step;
    const { message: lastSaid, ...begun } = step;
    const ended: Step = { ...begun, state, ended_at: at.toISOString(), attempts: attempts ?? step.attempts };
    // What was in the way of a step that is done is in nobody's way any more.
    const said = message ?? (state === 'done' ? undefined : lastSaid);
    return said === undefined ? ended : { ...ended, message: said };
  });
  return { ...environment, steps };
}
