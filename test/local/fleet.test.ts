import type { ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { setImmediate } from 'node:timers/promises';
import { expect, onTestFinished, test } from 'vitest';
import { ChildFleet } from '../../src/local/fleet.ts';
import { Supervisor } from '../../src/local/processes/supervisor.ts';
import { Restarts } from '../../src/local/restarts.ts';
import { temporaryDirectory } from './start-command.ts';

const LIMITS = { floor: 1, ceiling: 9, quiet_rounds: 1 };
const MOST = { count: 3, because: 'Three are enough for anybody.' };
const SOON = { timeout: 20_000 };

/** A fleet of servers, each as busy as its index says. */
function fleetOf(
  busy: readonly (string | undefined)[],
  endsAfterMs = 0,
  pause = () => Promise.resolve(),
  serves = (child: ChildProcess): Promise<unknown> => once(child, 'message'),
) {
  const directory = temporaryDirectory();
  const supervisor = new Supervisor(directory);
  onTestFinished(() => supervisor.stop());
  const children: ChildProcess[] = [];
  const said: string[] = [];
  const pauses: number[] = [];
  const clock = { now: 0 };
  const fleet = new ChildFleet({
    ...{ supervisor, limits: LIMITS, most: MOST },
    say: (sentence) => said.push(sentence),
    now: () => clock.now,
    pause: (ms) => {
      pauses.push(ms);
      return pause();
    },
    start: (index, onDeath) => {
      const name = `server-${index}`;
      const child = supervisor.start({
        ...{ name, command: process.execPath, args: [join(import.meta.dirname, 'busy-server.ts')], ipc: true, onDeath },
        env: { BUSY: busy[index - 1], ENDS_AFTER_MS: String(endsAfterMs) },
      });
      children.push(child);
      return { child, ready: serves(child).then(() => undefined) };
    },
  });
  const running = (): string[] => readdirSync(join(directory, 'processes')).sort();
  return { fleet, supervisor, running, children, said, pauses, clock };
}

test('the servers that have the least in hand go, and nobody takes their end for a failure', async () => {
  const { fleet, supervisor, running } = fleetOf(['0.3', '0.9', '0.1']);
  for (let started = 0; started < 3; started++) await fleet.start();
  expect(await fleet.occupied()).toEqual({ count: 13, servers: 1.3 });

  await fleet.scale(3, 1);

  expect(fleet.fleet().running).toBe(1);
  await expect.poll(running, SOON).toEqual(['server-2.json']);
  expect(supervisor.signal.aborted).toBe(false);
});

test('one that is not wanted any more before it serves is not told of as one that does not come to serve', async () => {
  const neverInTime = async (child: ChildProcess): Promise<never> => {
    await once(child, 'exit');
    throw new Error('It was not ready in time.');
  };
  const { fleet, running, said } = fleetOf(['0', '0'], 0, undefined, (child) =>
    running().length === 1 ? once(child, 'message') : neverInTime(child),
  );
  await fleet.start();
  await fleet.scale(1, 2);

  await fleet.scale(2, 1);

  await expect.poll(running, SOON).toEqual(['server-1.json']);
  await setImmediate();
  expect(said).toEqual([]);
});

test('a server that does not answer in time is taken to be full, and stays', async () => {
  const { fleet, running } = fleetOf(['0.9', undefined]);
  await fleet.start();
  await fleet.start();

  await fleet.scale(2, 1);

  await expect.poll(running, SOON).toEqual(['server-2.json']);
  expect(await fleet.occupied()).toEqual({ count: 0, servers: 1 });
});

test('as many are started as are ordered, once, however often and by however many that is ordered at once', async () => {
  const { fleet, running } = fleetOf(['0', '0', '0']);
  await fleet.start();

  await Promise.all([fleet.scale(1, 3), fleet.scale(1, 3), fleet.scale(1, 3)]);

  expect(fleet.fleet().running).toBe(3);
  await expect(fleet.scale(1, 2)).rejects.toThrow('3 run by now, and not 1.');
  expect(running()).toHaveLength(3);
});

test('a server that ends does not count any more, and keeps its name until it has ended', async () => {
  const { fleet, running } = fleetOf(['0', '0', '0'], 1500);
  await fleet.start();
  await fleet.start();

  await fleet.scale(2, 1);
  await fleet.scale(1, 2);

  expect(fleet.fleet().running).toBe(2);
  await expect.poll(running, SOON).toEqual(['server-1.json', 'server-2.json', 'server-3.json']);
  await expect.poll(running, SOON).toEqual(['server-1.json', 'server-3.json']);
});

test('no more are started than there can be', async () => {
  const { fleet, running } = fleetOf(['0']);
  await fleet.start();

  await expect(fleet.scale(1, 4)).rejects.toThrow('There cannot be 4: Three are enough for anybody.');

  expect(running()).toEqual(['server-1.json']);
});

test('one of several that dies is started again, which operators are told, and the others go on', async () => {
  const { fleet, supervisor, running, children, said } = fleetOf(['0.3', '0.4']);
  await fleet.start();
  await fleet.start();

  children[1]?.kill('SIGKILL');
  await expect.poll(() => children.length, SOON).toBe(3);

  await expect.poll(() => fleet.occupied(), SOON).toEqual({ count: 7, servers: 0.7 });
  expect(running()).toEqual(['server-1.json', 'server-2.json']);
  expect(said).toEqual([
    expect.stringMatching(/^server-2 ended unexpectedly \(SIGKILL\); see .*\nAnother is started in its place in 1 s.$/),
  ]);
  expect([children[0]?.exitCode, supervisor.signal.aborted]).toEqual([null, false]);
});

test('what is dead counts as ordered, and is not started again where fewer are ordered meanwhile', async () => {
  const pause = Promise.withResolvers<void>();
  const { fleet, running, children, said } = fleetOf(['0.3', '0.4'], 0, () => pause.promise);
  await fleet.start();
  await fleet.start();

  children[0]?.kill('SIGKILL');
  await expect.poll(() => said.length, SOON).toBe(1);
  expect(fleet.fleet().running).toBe(2);
  await fleet.scale(2, 1);
  pause.resolve();
  await setImmediate();

  expect(fleet.fleet().running).toBe(1);
  expect(running()).toEqual(['server-2.json']);
  expect(children).toHaveLength(2);
});

test('one that dies again and again ends everything', async () => {
  const { fleet, supervisor, children, pauses } = fleetOf(['0']);
  await fleet.start();

  for (let deaths = 1; deaths <= 5; deaths++) {
    await expect.poll(() => children.length, SOON).toBe(deaths);
    expect(supervisor.signal.aborted).toBe(false);
    children.at(-1)?.kill('SIGKILL');
  }

  await expect.poll(() => String(supervisor.signal.reason), SOON).toMatch(/Too many of its kind have died of late/);
  expect(pauses).toEqual([1000, 2000, 4000, 8000]);
});

test('one that dies before it serves fails its start, and is not started again by itself', async () => {
  const { fleet, children } = fleetOf(['0']);
  const starting = fleet.start();
  children[0]?.kill('SIGKILL');

  await expect(starting).rejects.toThrow('server-1 ended unexpectedly (SIGKILL)');
  expect(fleet.fleet().running).toBe(0);
});

test('what never comes to serve is ordered again after pauses that grow, one for each order that failed', async () => {
  let isHanging = true;
  const { fleet, said, clock } = fleetOf(['0', '0'], 0, undefined, () =>
    isHanging ? Promise.reject(new Error('It was not ready in time.')) : Promise.resolve(),
  );
  const failsAndPausesFor = async (pauseMs: number): Promise<void> => {
    said.length = 0;
    await fleet.scale(0, 2);
    await expect.poll(() => [said.length, fleet.fleet().running], SOON).toEqual([2, 0]);
    clock.now += pauseMs - 1;
    await expect(fleet.scale(0, 1)).rejects.toThrow(
      'What was started of late never came to serve: in 1 s it is tried again.',
    );
    clock.now += 1;
  };

  for (const seconds of [30, 60, 120, 240, 480, 600, 600]) await failsAndPausesFor(seconds * 1000);
  isHanging = false;
  await fleet.scale(0, 2);
  await setImmediate();
  await fleet.scale(2, 0);
  isHanging = true;
  await failsAndPausesFor(30_000);
});

test('the pauses before one is started again grow, and what died long ago does not count', () => {
  const restarts = new Restarts();
  expect([0, 10_000, 20_000, 30_000].map((at) => restarts.afterDeath(at))).toEqual([1000, 2000, 4000, 8000]);
  expect(restarts.afterDeath(305_000)).toBe(8000);
  expect(restarts.afterDeath(306_000)).toBeUndefined();
});
