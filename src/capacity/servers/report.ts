import { fresh } from '../observation.ts';
import type { ServerLimits } from './limits.ts';
import type { Fleet, QueueLoad, ServerKind, ServersObserved } from './observed.ts';
import type { ServersPlan } from './plan.ts';

/** What was planned for the servers of a kind, and by what: as operators are shown it. */
export interface ServersReport {
  kind: ServerKind;
  /** Missing where nothing could be planned yet. */
  desired?: number;
  /** How many there were; missing where that could not be read, as is all else. */
  running?: number;
  /** For how many plans in a row fewer would have done. */
  quiet_rounds: number;
  reasons: string[];
  inputs: ServersInputs;
  /** Who else scales them. They are left alone. */
  autoscaler?: string;
  /** Why there could not be as many as were planned, or nothing could be planned. */
  failure?: string;
}

/** Why there are not as many servers of a kind as there should be. */
export interface ServersFailure {
  kind: ServerKind;
  failure: string;
}

/** What servers were planned by. */
export interface ServersInputs extends Partial<ServerLimits> {
  slots_in_use?: number;
  requests_in_flight?: number;
  /** Of people's queue. */
  backlog?: number;
  backlog_age_seconds?: number;
  tasks_added_per_second?: number;
  tasks_dispatched_per_second?: number;
  expected_starts_per_minute?: number;
  /** What one of them does when it does all that it can. */
  tasks_per_second_of_one?: number;
  starts_per_minute_of_one?: number;
}

/** @param plan missing where nothing is known of them */
export function serversReport(plan: ServersPlan | undefined, seen: ServersObserved): ServersReport {
  const { kind, failure } = seen;
  const why = failure !== undefined && { failure };
  if (plan === undefined) return { kind, quiet_rounds: 0, reasons: [], inputs: {}, ...why };
  const { desired, running, quietRounds, reasons } = plan;
  const fleet = fresh(seen.fleet);
  return {
    kind,
    desired,
    ...(running !== undefined && { running }),
    quiet_rounds: quietRounds,
    reasons,
    inputs: known(inputsOf(plan, seen, fleet)),
    ...(fleet?.autoscaler !== undefined && { autoscaler: fleet.autoscaler }),
    ...why,
  };
}

type Unknown<T> = { [Name in keyof T]: T[Name] | undefined };

function inputsOf(
  { kind, ofOne }: ServersPlan,
  { limits, ...seen }: ServersObserved,
  fleet: Fleet | undefined,
): Unknown<ServersInputs> {
  const occupied = fresh(seen.occupied)?.count;
  const { floor, ceiling, quiet_rounds }: Partial<ServerLimits> = limits ?? fleet?.limits ?? {};
  return {
    ...{ floor, ceiling, quiet_rounds },
    ...(kind === 'workers' ? { slots_in_use: occupied } : { requests_in_flight: occupied }),
    ...queueInputs(fresh(seen.queue)),
    expected_starts_per_minute: rounded(fresh(seen.expected)?.perMinute),
    tasks_per_second_of_one: rounded(ofOne.tasksPerSecond),
    starts_per_minute_of_one: rounded(ofOne.startsPerMinute),
  };
}

function queueInputs(queue: QueueLoad | undefined): Unknown<ServersInputs> {
  return {
    backlog: queue?.backlog,
    backlog_age_seconds: rounded(queue?.ageSeconds),
    tasks_added_per_second: rounded(queue?.addedPerSecond),
    tasks_dispatched_per_second: rounded(queue?.dispatchedPerSecond),
  };
}

function known(inputs: Unknown<ServersInputs>): ServersInputs {
  return Object.fromEntries(Object.entries(inputs).filter(([, value]) => value !== undefined));
}

function rounded(count: number | undefined): number | undefined {
  return count === undefined ? undefined : Math.round(count * 100) / 100;
}
