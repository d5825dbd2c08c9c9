import { existsSync, readdirSync, readFileSync, readlinkSync } from 'node:fs';
import { networkInterfaces } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { cgroupOf } from '../../src/local/node/cgroup.ts';
import { linkFor } from '../../src/local/node/link.ts';
import { identify, isRunning, type ProcessIdentity } from '../../src/local/processes/identity.ts';
import { environmentFor, processesOf, start, temporaryDirectory } from '../local/start-command.ts';
import { call } from '../setup/client.ts';

const IDENTITY = { dev_id: 'user123', project: 'new_feature' };
const MOMENT = { timeout: 5000, interval: 50 };
const nothingTaken = new Set<string>();

test('a stop ends every container, and leaves neither process nor interface nor cgroup', async () => {
  const directory = temporaryDirectory();
  const started = start(['--json'], environmentFor(directory));
  const { api = '', token } = await started.ready();
  expect(await call(token, 'POST', '/environments/start', { body: IDENTITY, api })).toMatchObject({ status: 200 });
  const space = spaceOf(directory);

  // All that is looked for afterwards is there now.
  expect(processesIn(space).length).toBeGreaterThan(5);
  expect(interfaceOf(directory)).toBeDefined();
  expect(cgroupsOf(directory)).not.toEqual([]);

  started.interrupt();
  expect(await started.ended).toMatchObject({ code: 0 });
  // The kernel buries what it has just ended, and removes its network, in its own time.
  await expect.poll(() => processesIn(space), MOMENT).toEqual([]);
  await expect.poll(() => [...processesOf(directory).values()], MOMENT).toEqual([]);
  await expect.poll(() => interfaceOf(directory), MOMENT).toBeUndefined();
  expect(cgroupsOf(directory)).toEqual([]);
});

test('after kill -9 the next start ends what is left, and the environment is there again with what it kept', async () => {
  const directory = temporaryDirectory();
  const killed = start(['--json'], environmentFor(directory));
  const before = await killed.ready();
  const asked = { body: IDENTITY, api: before.api ?? '' };
  const made = await call(before.token, 'POST', '/environments/start', asked);
  expect(made).toMatchObject({ status: 200 });
  const inside = processesIn(spaceOf(directory));
  killed.child.kill('SIGKILL');
  await killed.ended;
  expect(inside.filter(isRunning).length).toBeGreaterThan(5);

  const next = start(['--json'], environmentFor(directory));
  const after = await next.ready();

  expect(inside.filter(isRunning)).toEqual([]);
  const again = await call(before.token, 'POST', '/environments/start', { body: IDENTITY, api: after.api ?? '' });
  expect(again).toMatchObject({ status: 200, body: { created_at: made.body.created_at, state: 'ready' } });
  next.interrupt();
  expect(await next.ended).toMatchObject({ code: 0 });
  expect(cgroupsOf(directory)).toEqual([]);
});

/** The process namespace of a start's node, as the kernel names it. */
function spaceOf(directory: string): string {
  const { pid } = JSON.parse(readFileSync(join(directory, 'processes', 'node.json'), 'utf8')) as { pid: number };
  return readlinkSync(`/proc/${pid}/ns/pid_for_children`);
}

/** What runs in a process namespace; who has ended and is not buried yet does not. */
function processesIn(space: string): ProcessIdentity[] {
  const pids = readdirSync('/proc').map(Number).filter(Boolean);
  return pids.filter((pid) => namespaceOf(pid) === space).flatMap((pid) => identify(pid) ?? []);
}

function namespaceOf(pid: number): string | undefined {
  try {
    return readlinkSync(`/proc/${pid}/ns/pid`);
  } catch {
    // It ended while we looked.
    return undefined;
  }
}

function interfaceOf(directory: string): string | undefined {
  const { machine } = linkFor(directory, nothingTaken);
  const all = Object.entries(networkInterfaces());
  return all.find(([, addresses]) => addresses?.some(({ address }) => address === machine.ipv4))?.[0];
}

function cgroupsOf(directory: string): string[] {
  const root = '/sys/fs/cgroup';
  const name = cgroupOf(directory);
  return ['', ...readdirSync(root)].map((hierarchy) => join(root, hierarchy, name)).filter((path) => existsSync(path));
}
