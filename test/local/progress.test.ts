import { expect, test } from 'vitest';
import { progressLine, progressOn } from '../../src/local/progress.ts';

test('the time left is what the part that is done suggests, once there is enough of it', () => {
  expect(progressLine('building', 0.01, 10_000)).toBe('building 1 %');
  expect(progressLine('building', 0.25, 30_000)).toBe('building 25 % (1 min 30 s left)');
  expect(progressLine('building', 1.2, 30_000)).toMatch(/^building 100 %/);
});

test('a terminal sees one line that changes', () => {
  const written: string[] = [];
  const progress = progressOn({ isTTY: true, write: (text) => written.push(text) });
  progress.update('1 %');
  progress.update('2 %');
  progress.say('Done.');
  expect(written.join('')).toBe('\r\u001B[2K1 %\r\u001B[2K2 %\r\u001B[2KDone.\n');
});

test('a log sees a line every 10 s', () => {
  const written: string[] = [];
  let now = 0;
  const progress = progressOn({ write: (text) => written.push(text) }, 10_000, () => now);
  for (now = 0; now <= 20_000; now += 1_000) progress.update(`${now}`);
  expect(written).toEqual(['0\n', '10000\n', '20000\n']);
});
