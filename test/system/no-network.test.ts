import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { embeddedCluster, embeddedTemporal } from '../../src/local/embedded.ts';
import { cacheDirectory } from '../../src/local/install/cache.ts';
import { simulatedNode } from '../../src/local/node/install.ts';
import { Supervisor } from '../../src/local/processes/supervisor.ts';
import { progressOn } from '../../src/local/progress.ts';
import { environmentFor, processesOf, Start } from '../local/start-command.ts';

test('a second start needs no network: it serves in a network namespace that has loopback and nothing else', async () => {
  const directory = mkdtempSync(join(tmpdir(), 'berth-no-network-'));
  onTestFinished(() => rmSync(directory, { recursive: true, force: true }));
  const progress = progressOn(process.stderr);
  const supervisor = new Supervisor(directory);
  // The first start, as far as it needs the network.
  const install = { cache: cacheDirectory(process.env), environment: process.env, progress, supervisor };
  await embeddedTemporal(install);
  await embeddedCluster(install, simulatedNode);

  const alone = 'ip link set lo up && exec node src/local/launch.js --json --simulated';
  const started = new Start('unshare', ['--net', 'sh', '-c', alone], environmentFor(directory));
  const announced = await started.ready();

  expect(announced.api).toMatch(/^http:\/\/127\.0\.0\.1:\d+$/);
  started.interrupt();
  expect(await started.ended).toMatchObject({ code: 0 });
  expect([...processesOf(directory).values()]).toEqual([]);
});
