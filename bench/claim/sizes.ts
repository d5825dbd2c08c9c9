/** How much is measured. */
export interface Sizes {
  /** The template that there is a pool of. */
  template: string;
  /** Starts one after the other; and cold ones. */
  singles: number;
  coldSingles: number;
  /** Starts at once. */
  bursts: number[];
  /** A burst of as many is made cold as well. */
  coldBurst: number;
  /** Arrivals a second that wait for no answer, and for how long they come. */
  rates: number[];
  seconds: number;
  /** The rate that is measured once more while the pool is refilled; missing where none is. */
  refilledRate?: number;
  /** As many slots as are there when twice as many starts come; missing where that is not measured. */
  drained?: number;
}

/** On a simulated node, where there is room for many. */
export const FULL: Sizes = {
  template: 'bare',
  singles: 30,
  coldSingles: 10,
  bursts: [50, 100, 300],
  coldBurst: 50,
  rates: [5, 10, 20],
  seconds: 20,
  refilledRate: 10,
  drained: 50,
};

/** The same in small, to see whether it works. */
export const QUICK: Sizes = {
  ...FULL,
  singles: 15,
  coldSingles: 5,
  bursts: [50],
  coldBurst: 20,
  rates: [10],
  seconds: 5,
  drained: 20,
};

/** On a real node, where containers run, and there is room for few. */
export const REAL: Sizes = {
  template: 'default',
  singles: 5,
  coldSingles: 5,
  bursts: [10],
  coldBurst: 0,
  rates: [],
  seconds: 0,
};

/** What no measurement takes of the slots that are there, so that chance has something to choose from to the last. */
const SPARE = 4;

/** As many slots as the largest measurement takes, and some more. */
export function poolSize({ singles, bursts, rates, seconds, refilledRate = 0 }: Sizes): number {
  const arrivals = [...rates, refilledRate].map((perSecond) => perSecond * seconds);
  return Math.max(2 * singles + WARM_UP, ...bursts, ...arrivals) + SPARE;
}

/** So many starts are made before anything is measured. */
export const WARM_UP = 5;
