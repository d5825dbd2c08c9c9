import { z } from 'zod';
import { nameSchema } from '../environment/recipe.ts';
import { MOST_SLOTS } from './most-slots.ts';
import { NO_POOLS, type Pool, poolSchema, type Settings } from './settings.ts';

/** Of which pools there are never fewer slots than how many, by the names of their templates. */
export type Floors = Record<string, number>;

/** What is set, and the floors that the installation was started with last. */
export interface Standing {
  settings: Settings;
  started?: Floors;
}

/** Floors as a start is given them, such as `node=5,default=2`; an empty text is none. */
export const floorsSchema = z.string().transform((text, context): Floors => {
  const floors = new Map<string, number>();
  for (const part of text === '' ? [] : text.split(',')) {
    const fault = (message: string): void => context.addIssue({ code: 'custom', message });
    const [, name = '', digits = ''] = /^([^=]+)=(\d{1,6})$/.exec(part) ?? [];
    const floor = Number(digits);
    if (!nameSchema.safeParse(name).success) fault(`needs a template and a number as in node=5, not "${part}"`);
    else if (floor > MOST_SLOTS) fault(`can be at most ${MOST_SLOTS} of a template, not "${part}"`);
    else if (floors.has(name)) fault(`names "${name}" twice`);
    floors.set(name, floor);
  }
  return Object.fromEntries(floors);
});

/**
 * What is to stand where an installation is started with these floors. They are set once: a restart with the same undoes
 * nothing that operators have set since. A pool that was there only because the last start had asked for it is gone
 * where this one does not.
 *
 * @param isPlanned whether capacity is planned even where there are no pools
 * @returns `undefined` where everything is to stay as it is
 */
export function startedWith<S extends Standing>(
  before: S | undefined,
  floors: Floors,
  isPlanned = false,
): S | Standing | undefined {
  if (before === undefined) {
    const isAsked = isPlanned || Object.keys(floors).length > 0;
    return isAsked ? { settings: withFloors(NO_POOLS, {}, floors), started: floors } : undefined;
  }
  const { settings, started = {} } = before;
  if (isSame(started, floors)) return undefined;
  return { ...before, settings: withFloors(settings, started, floors), started: floors };
}

function withFloors({ pools, ...others }: Settings, started: Floors, floors: Floors): Settings {
  const givenUp = (name: string, pool: Pool): boolean => {
    const floor = started[name];
    return floor !== undefined && floors[name] === undefined && isSame(pool, poolOf(floor));
  };
  const kept = Object.entries(pools).filter(([name, pool]) => !givenUp(name, pool));
  const asked = Object.entries(floors).map(([name, floor]) => [name, poolOf(floor, pools[name])] as const);
  return { pools: Object.fromEntries([...kept, ...asked]), ...others };
}

/** A pool with this floor, and with the ceiling that was set, as far as the floor lets it be. */
function poolOf(floor: number, { ceiling } = poolSchema.parse({})): Pool {
  return { floor, ceiling: Math.max(ceiling, floor) };
}

/** Whether two say the same, in whatever order. */
function isSame(one: Record<string, number>, other: Record<string, number>): boolean {
  const names = Object.keys(one);
  return names.length === Object.keys(other).length && names.every((name) => one[name] === other[name]);
}
