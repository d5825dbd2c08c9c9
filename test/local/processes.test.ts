import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { identify, isRunning, parseProcStat } from '../../src/local/processes/identity.ts';
import { tryLock } from '../../src/local/processes/lock-file.ts';
import { ProcessRecords } from '../../src/local/processes/records.ts';
import { temporaryDirectory } from './start-command.ts';

function sleeper(script = 'setInterval(() => {}, 1000)') {
  const child = spawn(process.execPath, ['-e', script], { detached: true, stdio: ['ignore', 'pipe', 'ignore'] });
  onTestFinished(() => void child.kill('SIGKILL'));
  return { child, pid: child.pid ?? 0 };
}

test('the start time is read whatever the name of the command, and a zombie has none', () => {
  const fields = (state: string) => `42 (a) (b c)) ${state} ${Array.from({ length: 18 }, (_, i) => i).join(' ')} 777 0`;
  expect(parseProcStat(fields('S'))).toBe('777');
  expect(parseProcStat(fields('Z'))).toBeUndefined();
});

test('a recorded process that still runs is ended, and the record is cleared', async () => {
  const records = new ProcessRecords(temporaryDirectory());
  const { child, pid } = sleeper();
  const exit = once(child, 'exit');
  records.add('sleeper', pid);
  expect(await records.endLeftovers()).toEqual(['sleeper']);
  expect(await exit).toEqual([null, 'SIGTERM']);
  expect(await records.endLeftovers()).toEqual([]);
});

test('a recorded process that ignores SIGTERM is killed', async () => {
  const records = new ProcessRecords(temporaryDirectory());
  const { child, pid } = sleeper("process.on('SIGTERM', () => {}); console.log(1); setInterval(() => {}, 1000)");
  const exit = once(child, 'exit');
  await once(child.stdout, 'data');
  records.add('sleeper', pid);
  await records.endLeftovers(200);
  expect(await exit).toEqual([null, 'SIGKILL']);
});

test('another process that has got the recorded id is let be', async () => {
  const directory = temporaryDirectory();
  const records = new ProcessRecords(directory);
  const { pid } = sleeper();
  records.add('sleeper', pid);
  writeFileSync(join(directory, 'processes', 'sleeper.json'), JSON.stringify({ pid, startedAt: '1' }));
  expect(await records.endLeftovers()).toEqual([]);
  expect(identify(pid)).toBeDefined();
});

test('a lock is held against others, and taken over from a process that has ended', async () => {
  const file = join(temporaryDirectory(), 'lock');
  const first = tryLock(file);
  expect(tryLock(file)).toEqual({ holder: identify(process.pid) });
  if ('release' in first) first.release();

  const { child, pid } = sleeper();
  const identity = identify(pid);
  writeFileSync(file, JSON.stringify(identity));
  expect(tryLock(file)).toEqual({ holder: identity });
  child.kill('SIGKILL');
  await once(child, 'exit');
  expect(identity && isRunning(identity)).toBe(false);
  expect(tryLock(file)).toHaveProperty('release');
  expect(JSON.parse(readFileSync(file, 'utf8'))).toEqual(identify(process.pid));
});

test('a lock file that was cut short does not lock for ever', () => {
  const file = join(temporaryDirectory(), 'lock');
  writeFileSync(file, '{"pid":');
  expect(tryLock(file)).toHaveProperty('release');
});
