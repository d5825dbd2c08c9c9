import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { choosePorts, reservePorts } from '../../src/local/ports.ts';
import { temporaryDirectory } from './start-command.ts';

test('a free port is none that the system gives to outgoing connections: those may take it before it is used', async (context) => {
  if (process.platform !== 'linux') context.skip('reads /proc');
  const [first = 0] = readFileSync('/proc/sys/net/ipv4/ip_local_port_range', 'utf8').split('\t').map(Number);
  const names = Object.fromEntries(Array.from({ length: 50 }, (_, index) => [`server${index}`, undefined]));
  const ports = Object.values(await choosePorts(join(temporaryDirectory(), 'ports.json'), names));
  expect(new Set(ports).size).toBe(50);
  for (const port of ports) expect(port).toBeLessThan(first);
});

test('a port is the remembered one while it is free', async () => {
  const file = join(temporaryDirectory(), 'ports.json');
  const before = await choosePorts(file, { api: undefined });
  expect(await choosePorts(file, { api: undefined })).toEqual(before);
  const taken = await reservePorts(file, { api: undefined });
  expect((await choosePorts(file, { api: undefined })).api).not.toBe(before.api);
  await taken.release();
});
