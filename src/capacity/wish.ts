import { fresh, type Observation } from './observation.ts';

/** How many slots there should be, were there room for them all, and which input says so. */
export interface Wish {
  count: number;
  /** As many as may not be fallen below, since something could not be read in time. */
  held: number;
  /** Whether anything could not be read in time. */
  isStale: boolean;
  reasons: string[];
}

/**
 * The most that any input asks for, within the bounds that operators set. What is stale holds: the count does not fall
 * below that of the last plan, since nobody knows whether it may.
 * @param headroom how many more slots fit into the cluster, where that is known
 */
export function wishOf(seen: Observation, headroom: number | undefined): Wish {
  const { floor, ceiling, makeMs, last } = seen;
  const [calendar, forecast, rate] = [fresh(seen.calendar), fresh(seen.forecast), fresh(seen.claimsPerMinute)];
  const inputs = {
    calendar,
    forecast,
    'rate of claims': rate,
    pool: fresh(seen.pool),
    'room of the cluster': headroom,
  };
  const stale = Object.entries(inputs).flatMap(([name, value]) => (value === undefined ? [name] : []));
  const held = stale.length > 0 ? Math.min(last?.desired ?? 0, ceiling) : 0;
  const claimed = Math.ceil(((rate ?? 0) * makeMs) / 60_000);
  const asked: [number, string][] = [
    [floor, `The floor is ${floor}.`],
    [calendar?.count ?? 0, `The calendar wants ${calendar?.count}: ${calendar?.reasons.join(', ')}.`],
    [Math.ceil(forecast ?? 0), `The forecast asks for ${Math.ceil(forecast ?? 0)}.`],
    [claimed, `${claimed} are claimed in the ${Math.ceil(makeMs / 1000)} s that it takes to make one.`],
    [held, `The last plan had ${held}.`],
  ];
  const [count, why] = asked.reduce((most, one) => (one[0] > most[0] ? one : most));
  const reasons = [why];
  if (count > ceiling) reasons.push(`The ceiling is ${ceiling}.`);
  if (stale.length > 0) reasons.push(`Too old or missing: ${stale.join(', ')}; the pool does not shrink meanwhile.`);
  return { count: Math.min(count, ceiling), held, isStale: stale.length > 0, reasons };
}
