import { expect, vi } from 'vitest';
import type { ApiserverProxy, Matcher } from './apiserver-proxy.ts';
import { afterFirst, Hold, type Moment } from './faults.ts';

const CAUGHT_MS = 30_000;

/**
 * Holds a request until the test has decided, and those by which a worker follows up on one that it has given up.
 * @param passed how many requests of that kind go on as ever before
 */
export function holdOn(proxy: ApiserverProxy, matcher: Matcher, moment: Moment, passed = 0): Hold {
  const hold = new Hold(moment);
  const rule = proxy.on(matcher, passed === 0 ? hold.fault : afterFirst(passed, hold.fault));
  hold.onDecision(() => {
    rule.left = 0;
  });
  return hold;
}

/** Waits until each has caught what it is to hold; @param holds by what each waits for */
export async function allCaught(holds: Iterable<readonly [string, Hold]>): Promise<void> {
  await Promise.all([...holds].map(([what, hold]) => hold.caughtWithin(CAUGHT_MS, what)));
}

/** The same, and until all are held at the same moment: else one would be over by then, and not be broken off. */
export async function allHeld(holds: readonly (readonly [string, Hold])[]): Promise<void> {
  await allCaught(holds);
  const notHeld = () => holds.flatMap(([what, { isHolding }]) => (isHolding ? [] : [what]));
  await vi.waitFor(() => expect(notHeld()).toEqual([]), { timeout: CAUGHT_MS, interval: 20 });
}
