// Demand that never was, the same for the same seed: what a working week, a launch and a flash surge look like.
import { seededRandom } from '../../test/faults/seeded-random.ts';

const [MINUTE_MS, DAY_MS] = [60_000, 86_400_000];
const DAYS = 28;
const MONDAY = Date.parse('2026-01-05T00:00:00Z');

/** What chance there is in a record. */
interface Chance {
  /** Evenly between two numbers. */
  between(least: number, most: number): number;
  /** Around 1, never negative; the larger the spread, the wider. */
  factor(spread: number): number;
  /** How often something happened that is expected so often, independently. */
  happened(expected: number): number;
}

/** Starts expected in a minute, which is told from the beginning of the record. */
type Rate = (minute: number) => number;

/** What makes a record, by its name. */
export const scenarios: Record<string, (chance: Chance) => Rate> = {
  'working week': (chance) => workingWeeks(chance, chance.between(40, 200)),
  launch: (chance) => {
    const usual = workingWeeks(chance, chance.between(10, 60));
    const at = minuteOf(Math.floor(chance.between(15, 18)), chance.between(9, 16));
    const [burst, lasts] = [chance.between(80, 300), chance.between(2, 20)];
    const [growth, fades] = [chance.between(1, 4), chance.between(2, 6) * 1440];
    return (minute) => {
      if (minute < at) return usual(minute);
      const since = minute - at;
      return usual(minute) * (1 + growth * Math.exp(-since / fades)) + (burst / lasts) * Math.exp(-since / lasts);
    };
  },
  'flash surge': (chance) => {
    const usual = workingWeeks(chance, chance.between(10, 60));
    const surges = Array.from({ length: Math.round(chance.between(3, 7)) }, () => ({
      at: minuteOf(Math.floor(chance.between(0, DAYS)), chance.between(7, 22)),
      rises: chance.between(2, 15),
      lasts: chance.between(15, 90),
      peak: chance.between(1, 6),
    }));
    const surge = (minute: number) =>
      surges.reduce((sum, { at, rises, lasts, peak }) => {
        const since = minute - at;
        if (since < 0) return sum;
        return sum + peak * Math.min(1, since / rises) * Math.exp(-Math.max(0, since - rises) / lasts);
      }, 0);
    return (minute) => usual(minute) + surge(minute);
  },
};

/** When starts came, in milliseconds since the epoch, in order. */
export function recordOf(scenario: string, seed: number): number[] {
  const chance = chanceOf(seededRandom(seed * 7919 + scenario.length));
  const rate = scenarios[scenario]?.(chance);
  if (rate === undefined)
    throw new RangeError(`There is no scenario '${scenario}': ${Object.keys(scenarios).join(', ')}.`);
  const minutes = Array.from({ length: DAYS * 1440 }, (_, minute) => minute);
  return minutes.flatMap((minute) =>
    Array.from(
      { length: chance.happened(rate(minute)) },
      () => MONDAY + (minute + chance.between(0, 1)) * MINUTE_MS,
    ).sort((one, other) => one - other),
  );
}

/** People come in the morning and after lunch, on working days; some days are busier, and a few are free. */
function workingWeeks(chance: Chance, startsADay: number): Rate {
  const [begins, spread] = [chance.between(8, 10), chance.between(0.4, 1)];
  const growth = chance.between(-0.05, 0.1);
  const days = Array.from({ length: DAYS }, (_, day) => {
    const isFree = day % 7 > 4 || chance.between(0, 1) < 0.04;
    return (isFree ? 0.05 : 1) * chance.factor(0.2) * (1 + growth) ** (day / 7) * startsADay;
  });
  const peak = (hour: number, at: number, wide: number): number =>
    Math.exp(-((hour - at) ** 2) / (2 * wide * wide)) / (wide * Math.sqrt(2 * Math.PI));
  return (minute) => {
    const hour = (minute % 1440) / 60;
    const aday =
      0.5 * peak(hour, begins, spread) +
      0.3 * peak(hour, begins + 4.5, 1.5) +
      0.17 * peak(hour, begins + 8, 2) +
      0.03 / 24;
    return ((days[Math.floor(minute / 1440)] ?? 0) * aday) / 60;
  };
}

function chanceOf(random: () => number): Chance {
  const between = (least: number, most: number): number => least + random() * (most - least);
  return {
    between,
    factor: (spread) => Math.exp(spread * (random() + random() + random() - 1.5) * 2),
    happened: (expected) => {
      // As many as fit, one after the other, at intervals that are independent and mostly short: a Poisson process.
      const interval = (): number => -Math.log(1 - random());
      let times = 0;
      for (let at = interval(); at < expected; at += interval()) times++;
      return times;
    },
  };
}

function minuteOf(day: number, hour: number): number {
  return Math.floor(day * (DAY_MS / MINUTE_MS) + hour * 60);
}
