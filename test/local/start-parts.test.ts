import { createServer, type Server } from 'node:net';
import { join } from 'node:path';
import { expect, onTestFinished, test, vi } from 'vitest';
import { volumePathsIn } from '../../src/local/control-plane/volumes.ts';
import { CommandFailure } from '../../src/local/install/command.ts';
import { explainFailure } from '../../src/local/install/failure.ts';
import { onInterrupt } from '../../src/local/interrupts.ts';
import { parseOptions } from '../../src/local/options.ts';
import { choosePorts, reservePort, reservePorts } from '../../src/local/ports.ts';
import { temporaryDirectory } from './start-command.ts';

test('options are read, and have no values that cannot be', () => {
  expect(parseOptions(['--json', '--port', '8080', '--temporal', 'localhost:7233'])).toEqual({
    json: true,
    fresh: false,
    help: false,
    port: 8080,
    context: undefined,
    temporal: 'localhost:7233',
    templates: undefined,
    pools: [],
    simulated: false,
    unenforced: false,
  });
  expect(parseOptions(['--pool', 'node=5', '--pool', 'bare=2'])).toMatchObject({ pools: ['node=5', 'bare=2'] });
  for (const args of [
    ['--templates', '/nowhere'],
    ['--simulated', '--unenforced'],
    ['--context', 'there', '--simulated'],
    ['--port', '0'],
    ['--port', '65536'],
    ['--port', '8o'],
    ['--port'],
    ['x'],
    ['--context', ''],
  ]) {
    expect(() => parseOptions(args)).toThrow(expect.objectContaining({ name: 'UserError' }));
  }
});

test('a port is remembered while it is free, and another is chosen when it is not', async () => {
  const file = join(temporaryDirectory(), 'ports.json');
  const first = await choosePorts(file, { api: undefined, other: undefined });
  expect(first.api).not.toBe(first.other);
  expect(await choosePorts(file, { other: undefined, api: undefined })).toEqual(first);
  const server: Server = createServer().listen(first.api, '127.0.0.1');
  onTestFinished(() => void server.close());
  await vi.waitFor(() => expect(server.listening).toBe(true));
  const second = await choosePorts(file, { api: undefined, other: undefined });
  expect(second.other).toBe(first.other);
  expect(second.api).not.toBe(first.api);
});

test('a reserved port is not given to another start until it is released', async () => {
  const directory = temporaryDirectory();
  const { ports, release } = await reservePorts(join(directory, 'here.json'), { api: undefined });
  expect(await reservePort('api', ports.api)).toBeUndefined();
  const { api } = await choosePorts(join(directory, 'there.json'), { api: ports.api });
  expect(api).not.toBe(ports.api);
  await release();
  const again = await reservePort('api', ports.api);
  expect(again?.ports).toEqual(ports);
  await again?.release();
});

test('the same Ctrl-C, passed on by npm, is not a second one', () => {
  const [stop, kill] = [vi.fn(), vi.fn()];
  let now = 0;
  const before = process.listeners('SIGHUP');
  onInterrupt(stop, kill, () => now);
  const [added] = process.listeners('SIGHUP').filter((listener) => !before.includes(listener));
  onTestFinished(() => {
    for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) if (added) process.off(signal, added);
  });
  process.emit('SIGHUP');
  now = 30;
  process.emit('SIGHUP');
  expect([stop.mock.calls.length, kill.mock.calls.length]).toEqual([1, 0]);
  now = 2_000;
  process.emit('SIGHUP');
  expect([stop.mock.calls.length, kill.mock.calls.length]).toEqual([1, 1]);
});

test('volumes are found in whatever holds their paths', () => {
  const path = '/tmp/hostpath_pv/5a4cf328-1061-4d93-9f20-4451e8467161';
  const content = Buffer.from(`\0\u0012${path}\u001a\0/tmp/hostpath_pv/../../etc/passwd-and-more-than-that…${path}`);
  expect(volumePathsIn(content)).toEqual([path, path]);
});

test.for([
  ['no space left', 'write /cache/x: no space left on device', /^There is no space left to install etcd/],
  ['a wrong hash', 'THESE PACKAGES DO NOT MATCH THE HASHES', /is not what this version of Berth pins/],
  ['no network', 'dial tcp: lookup: no such host', /^etcd could not be downloaded/],
  ['anything else', 'undefined: x', /^etcd could not be installed .*\n {2}undefined: x$/],
] as const)('a failed installation says why: %s', ([, output, sentence]) => {
  const failure = explainFailure('etcd', '/cache', new CommandFailure('go', 1, output));
  expect(failure).toMatchObject({ name: 'UserError', message: expect.stringMatching(sentence) });
});
