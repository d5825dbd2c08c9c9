import type { ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { ChildFleet } from '../../src/local/fleet.ts';
import { Supervisor } from '../../src/local/processes/supervisor.ts';
import { temporaryDirectory } from './start-command.ts';

const LIMITS = { floor: 1, ceiling: 9, quiet_rounds: 1 };
const SOON = { timeout: 20_000 };

/** A fleet of servers, each as busy as its index says. */
function fleetOf(busy: readonly (string | undefined)[], endsAfterMs = 0) {
  const directory = temporaryDirectory();
  const supervisor = new Supervisor(directory);
  onTestFinished(() => supervisor.stop());
  const children: ChildProcess[] = [];
  const fleet = new ChildFleet({
    ...{ supervisor, limits: LIMITS },
    start: (index) => {
      const name = `server-${index}`;
      const child = supervisor.start({
        ...{ name, command: process.execPath, args: [join(import.meta.dirname, 'busy-server.ts')], ipc: true },
        env: { BUSY: busy[index - 1], ENDS_AFTER_MS: String(endsAfterMs) },
      });
      children.push(child);
      return { name, child, ready: once(child, 'message').then(() => undefined) };
    },
  });
  const running = (): string[] => readdirSync(join(directory, 'processes')).sort();
  return { fleet, supervisor, running, children };
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

test('a server that dies unasked ends everything, as any of them does', async () => {
  const { fleet, supervisor, children } = fleetOf(['0']);
  await fleet.start();

  children[0]?.kill('SIGKILL');

  await expect.poll(() => String(supervisor.signal.reason), SOON).toMatch(/server-1 ended unexpectedly \(SIGKILL\)/);
});
