import type { Identity } from '../environment/identity.ts';
import { choose, mostInMaking, type Outcome } from './breaker.ts';
import type { Slot } from './observation.ts';
import type { PreparedReport } from './report.ts';

/** So many are released at once: what is torn down is work for the cluster, at which people work. */
const MOST_RELEASED = 20;

/** The project of those for whom none is named. */
export const DEFAULT_PROJECT = 'default';

/** Somebody whose environment is to be ready under its own name. */
export interface Awaited extends Identity {
  template: string;
  /** Until when it is held, in milliseconds since the epoch. */
  untilMs: number;
  reason: string;
  /** Whether they have one by now: that which was prepared, or another. Missing where that could not be read. */
  isServed?: boolean;
}

/** A slot that only one developer can claim. */
export interface PreparedSlot extends Slot, Identity {
  template: string;
}

/** What is known of those who are awaited. */
export interface Expectation {
  awaited: readonly Awaited[];
  /** Missing where slots could not be seen. */
  slots?: readonly PreparedSlot[];
  /** By template. */
  versions: Readonly<Record<string, VersionSeen>>;
}

/** The current version of a template, and how it went to make slots of the template. */
export interface VersionSeen {
  digest: string;
  outcomes: readonly Outcome[];
  /** Whether they take room on nodes. */
  takesRoom: boolean;
}

/** An environment that is to be prepared. */
export interface Preparation extends Identity {
  template: string;
  digest: string;
  takesRoom: boolean;
}

/** What is planned for those who are awaited. */
export interface PreparedPlan {
  make: Preparation[];
  /** The names of the slots that go. */
  remove: string[];
  report: PreparedReport[];
}

/**
 * Plans what is prepared by name: for everybody who is awaited and has nothing, as far as there is room; and what nobody
 * is awaited for any more, or is of no use, goes. Where slots were not seen, nothing changes, nor for those of whom it is not
 * known whether they have one.
 * @param room how many more fit into the cluster; missing where that cannot be told: then
 *   nothing is made that takes any
 * @param nowMs milliseconds since the epoch
 */
export function planPrepared(
  { awaited, slots, versions }: Expectation,
  room: number | undefined,
  nowMs: number,
): PreparedPlan {
  const slotOf = new Map(slots?.map((slot) => [key(slot), slot]));
  const personOf = new Map(awaited.map((person) => [key(person), person]));
  const report = awaited.map((person): PreparedReport => {
    const { dev_id, project, template, untilMs, reason, isServed } = person;
    const none = isServed === undefined ? 'unknown' : 'wanted';
    const state = isServed ? 'handed over' : (slotOf.get(key(person))?.state ?? none);
    return { dev_id, project, template, state, until: new Date(untilMs).toISOString(), reason };
  });
  const isOfUse = (slot: PreparedSlot): boolean => {
    const person = personOf.get(key(slot));
    return slot.state === 'ready' && person?.template === slot.template && !person.isServed;
  };
  const remove = slots?.filter((slot) => ['ready', 'broken'].includes(slot.state) && !isOfUse(slot)) ?? [];
  const wanted =
    slots === undefined ? [] : awaited.filter((person) => person.isServed === false && !slotOf.has(key(person)));
  return {
    make: asRoomAllows(preparations(wanted, slots ?? [], versions, nowMs), room ?? 0),
    remove: remove.slice(0, MOST_RELEASED).map(({ name }) => name),
    report,
  };
}

/** For each of them, of the version that works; and no more at once of what is not known to work than may fail. */
function preparations(
  wanted: readonly Awaited[],
  slots: readonly PreparedSlot[],
  versions: Expectation['versions'],
  nowMs: number,
): Preparation[] {
  const making = new Map<string, number>();
  for (const { state, digest } of slots) if (state === 'making') making.set(digest, (making.get(digest) ?? 0) + 1);
  return wanted.flatMap(({ dev_id, project, template }) => {
    const version = versions[template];
    const digest = version && versionToMake(version.digest, version.outcomes, nowMs);
    if (version === undefined || digest === undefined) return [];
    const before = making.get(digest) ?? 0;
    if (before >= mostInMaking(digest, version.outcomes)) return [];
    making.set(digest, before + 1);
    return [{ dev_id, project, template, digest, takesRoom: version.takesRoom }];
  });
}

function asRoomAllows(preparations: readonly Preparation[], room: number): Preparation[] {
  let left = room;
  return preparations.filter(({ takesRoom }) => !takesRoom || left-- > 0);
}

function versionToMake(current: string, outcomes: readonly Outcome[], nowMs: number): string | undefined {
  const { digest, breaker } = choose(current, outcomes);
  return digest ?? (breaker !== undefined && nowMs >= breaker.trialAt ? current : undefined);
}

function key({ dev_id, project }: Identity): string {
  return `${dev_id}/${project}`;
}
