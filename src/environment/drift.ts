import { advance, type Drift, type Environment } from './environment.ts';
import { problem } from './problem.ts';

/** What was found otherwise than it should be, before it is told. */
export type Finding = Omit<Drift, 'at'>;

/** What a look at an environment has come to. */
export interface Mending {
  /** Whether its namespace is still there, and to stay. */
  isThere: boolean;
  findings: Finding[];
  /** Whether all that could not be restored may be so in a moment, as where the cluster is just busy. */
  isPassing: boolean;
  /** What the namespace remembers that is later than what was known: nothing was done then. */
  later?: Environment | undefined;
}

const KEPT = 10;

/** The environment with what was found in it. What still cannot be restored is told once. */
export function noted(environment: Environment, findings: readonly Finding[], at: Date): Environment {
  const known = unrestored(environment);
  const news = findings.filter((finding) => isNews(finding, known));
  if (news.length === 0) return environment;
  const told = news.map((finding): Drift => ({ at: at.toISOString(), ...finding }));
  return { ...environment, drift: [...(environment.drift ?? []), ...told].slice(-KEPT) };
}

/** What is known not to be restored, in the words in which it was told. */
export function unrestored({ drift = [] }: Environment): Drift[] {
  const latest = new Map(drift.map((entry) => [entry.object, entry]));
  return [...latest.values()].filter(({ what }) => what === 'not restored');
}

/** The environment that is not all that it should be, and why. Asleep it sleeps on: waking looks at everything anew. */
export function degraded(environment: Environment, why: string): Environment {
  if (environment.state === 'asleep') return environment;
  const detail = `${why} It can be used meanwhile, and is ready again once that is put right.`;
  if (environment.state === 'degraded' && environment.problem?.detail === detail) return environment;
  const now = environment.state === 'degraded' ? environment : advance(environment, 'degraded');
  return { ...now, problem: problem('cluster-failed', detail) };
}

/** The environment that is as it should be. */
export function whole(environment: Environment): Environment {
  return environment.state === 'degraded' ? advance(environment, 'ready') : environment;
}

/** Whether a finding is not among those that are known, in the words in which they were told. */
export function isNews({ object, what, message }: Finding, known: readonly Finding[]): boolean {
  return what !== 'not restored' || !known.some((one) => one.object === object && one.message === message);
}

/** A finding in one line, for people. */
export function driftText({ at, object, what, message }: Drift): string {
  return `${at} ${object} was ${what}: ${message}`;
}
