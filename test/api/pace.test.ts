import { expect, it } from 'vitest';
import { Pace } from '../../src/api/http/pace.ts';

it('a pace is how often a second something happened over the last ten, and nothing of before', () => {
  const pace = new Pace();
  for (let now = 0; now < 60_000; now += 250) pace.count(now);

  expect(pace.perSecond(59_999)).toBe(4);
  expect(pace.perSecond(64_999)).toBe(2);
  expect(pace.perSecond(80_000)).toBe(0);
});
