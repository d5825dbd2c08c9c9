import { expect, it } from 'vitest';
import { hasWorkers } from '../../src/api/temporal/pollers.ts';

const asked = (secondsAgo: number) => [{ lastAccessTime: { seconds: Math.floor(Date.now() / 1000) - secondsAgo } }];

it('a worker that is idle asks for work now and then, and is there all the same', () => {
  expect(hasWorkers(asked(60))).toBe(true);
  expect(hasWorkers(asked(90))).toBe(false);
  expect(hasWorkers([])).toBe(false);
});

it('a worker that asks for nothing, while there is work, is gone', () => {
  expect(hasWorkers(asked(3), true)).toBe(true);
  expect(hasWorkers(asked(20), true)).toBe(false);
});
