import { type Play, playPool, type Score, walkForward } from '../../src/capacity/backtest.ts';
import { forecastSlots, lastValue } from '../../src/capacity/forecast.ts';

/** How each way to say how many slots there are to be did. */
export interface Comparison {
  forecast: Score;
  /** As many as the starts of the last half hour ask for, and some more: always the same number. */
  'last value': Score;
  'fixed floor': Score;
}

/**
 * Plays the forecast against recorded starts, and what it is compared with. These know with hindsight how generous they
 * may be: so that their slots are idle for just as long.
 */
export function compare(play: Play): Comparison {
  const { bucketMs, makeMs } = play;
  const forecast = playPool(
    play,
    walkForward(play, (seen) => forecastSlots(seen, makeMs)),
  );
  const last = walkForward(play, (seen) => lastValue(seen, bucketMs + makeMs));
  const like = (targets: (generosity: number) => number[]): Score =>
    atIdle((generosity) => playPool(play, targets(generosity)), forecast.idleSlotHours);
  return {
    forecast,
    'last value': like((more) => last.map((expected) => Math.max(0, Math.round(expected + more - FEWEST)))),
    'fixed floor': like((floor) => last.map(() => Math.round(floor))),
  };
}

/** What is generous by nothing may also be mean: so many fewer than the last value. */
const FEWEST = 100;

/**
 * The score of a way whose slots are idle for so long: between the two nearest that it can have, as though it was the one
 * for a part of the time, and else the other.
 */
function atIdle(scoreOf: (generosity: number) => Score, idleSlotHours: number): Score {
  let [less, more] = [0, 1];
  while (scoreOf(more).idleSlotHours < idleSlotHours) [less, more] = [more, 2 * more];
  while (more - less > 1e-6) {
    const middle = (less + more) / 2;
    if (scoreOf(middle).idleSlotHours < idleSlotHours) less = middle;
    else more = middle;
  }
  const [below, above] = [scoreOf(less), scoreOf(more)];
  const part = (idleSlotHours - below.idleSlotHours) / (above.idleSlotHours - below.idleSlotHours) || 0;
  const between = (what: keyof Score): number => below[what] + part * (above[what] - below[what]);
  return { hits: between('hits'), misses: between('misses'), idleSlotHours: between('idleSlotHours') };
}
