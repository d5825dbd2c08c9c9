import { degraded, type Finding, type Mending, whole } from './drift.ts';
import type { Environment } from './environment.ts';

const FIRST_PAUSE_MS = 1000;
/** Of an environment that is used, and of one that sleeps. */
const LONGEST_PAUSE_MS = { awake: 60_000, asleep: 600_000 };
/** What was left alone for so long is not fought over any more. */
const CALM_MS = 600_000;
/** Restored so often in a row, it is somebody's will. */
const FIGHT = 5;
/** A cluster that is just busy has so many rounds before anybody is told. */
const PATIENCE = 3;

/** How often an environment had to be mended of late, and when to look at it next. */
export interface Pace {
  /** How often, by what is changed. */
  mended: Readonly<Record<string, number>>;
  /** How many looks in a row left something to be mended. */
  failed: number;
  /** In milliseconds since the epoch. */
  notBefore: number;
}
export const UNHURRIED: Pace = { mended: {}, failed: 0, notBefore: 0 };

/** The pace after a look, in milliseconds since the epoch: who keeps changing things back is met ever more rarely. */
export function paced(before: Pace, findings: readonly Finding[], at: number, asleep: boolean): Pace {
  const mended: Record<string, number> = at - before.notBefore > CALM_MS ? {} : { ...before.mended };
  const changed = findings.filter(({ what }) => what !== 'not restored').map(subject);
  for (const one of new Set(changed)) mended[one] = (mended[one] ?? 0) + 1;
  const failed = changed.length < findings.length ? before.failed + 1 : 0;
  const times = Math.max(failed, ...changed.map((one) => mended[one] ?? 0));
  const pauseMs = Math.min(FIRST_PAUSE_MS * 2 ** (times - 1), LONGEST_PAUSE_MS[asleep ? 'asleep' : 'awake']);
  return { mended, failed, notBefore: times === 0 ? at : at + pauseMs };
}

/** The environment after a look at it: as it should be, or degraded, and why. */
export function judged(environment: Environment, mending: Mending, pace: Pace): Environment {
  const left = leftOf(mending);
  if (left.length > 0 && (!mending.isPassing || pace.failed >= PATIENCE))
    return degraded(environment, `${left.map(({ object, message }) => `${object}: ${message}`).join('; ')}.`);
  const willed = foughtOver(mending, pace);
  if (willed !== undefined)
    return degraded(environment, `${willed} is changed by somebody as often as it is restored.`);
  return mending.isThere && left.length === 0 ? whole(environment) : environment;
}

/** Whether nobody has to look again before something changes. */
export function isSettled(mending: Mending, pace: Pace): boolean {
  return leftOf(mending).length === 0 && foughtOver(mending, pace) === undefined;
}

/** What somebody changes again as often as it is restored, of what was just found. */
function foughtOver({ findings }: Mending, { mended }: Pace): string | undefined {
  return findings.map(subject).find((one) => (mended[one] ?? 0) >= FIGHT);
}

function leftOf({ findings }: Mending): Finding[] {
  return findings.filter(({ what }) => what === 'not restored');
}

/** What is added may be called otherwise each time. */
function subject({ object, what }: Finding): string {
  return what === 'removed' ? (object.split(' ')[0] ?? object) : object;
}
