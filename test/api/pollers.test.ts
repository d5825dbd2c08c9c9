import { expect, it } from 'vitest';
import { hasWorkers } from '../../src/api/temporal/pollers.ts';

const ago = (seconds: number) => Date.now() - 1000 * seconds;

it('a worker that is idle asks for work now and then, and is there all the same', () => {
  expect(hasWorkers(ago(60))).toBe(true);
  expect(hasWorkers(ago(90))).toBe(false);
  expect(hasWorkers(undefined)).toBe(false);
});

it('a worker that asks for nothing, while there is work, is gone', () => {
  expect(hasWorkers(ago(3), true)).toBe(true);
  expect(hasWorkers(ago(20), true)).toBe(false);
});
