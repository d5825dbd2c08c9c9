import { readFileSync } from 'node:fs';
import { afterAll, beforeAll, expect, inject, it } from 'vitest';
import type { Cluster } from '../../src/cluster/client.ts';
import { namespaceObject } from '../../src/cluster/objects/namespace.ts';
import { ANNOTATION } from '../../src/cluster/ownership.ts';
import { findingText } from '../../src/environment/sweep/text.ts';
import { clusterBy } from '../setup/client.ts';
import { loseWorkflow, namespaceNow, neverReady, rememberedIn } from '../setup/leftovers.ts';
import { closeRow } from './row.ts';
import { Stage } from './stage.ts';

/** More than a page of the list holds. */
const OTHERS = 120;
const AT_ONCE = 20;
const SOON = { timeout: 30_000, interval: 200 };
const TEST_MS = 300_000;

let stage: Stage;
let admin: Cluster;
let worker: Cluster;
beforeAll(async () => {
  stage = await Stage.setUp({ ownKey: true });
  const { adminKubeconfig, workerKubeconfig } = inject('servers');
  [admin, worker] = await Promise.all([clusterBy(adminKubeconfig), clusterBy(workerKubeconfig)]);
  await Promise.all([stage.startApi(), stage.startWorker('worker', { BERTH_SWEEP_GRACE: '1s' })]);
});
afterAll(() => Promise.all([stage?.close(), admin?.close(), worker?.close()]));

it('a sweep goes through all pages of namespaces, and logs what it decides of each with its reason', {
  timeout: TEST_MS,
  meta: { fault: 'more namespaces than a page of a sweep' },
}, async ({ task }) => {
  const { body: lost } = await stage.start({ ...stage.environment('lost'), template: 'bare' });
  await expect.poll(() => rememberedIn(admin, lost.namespace), SOON).toEqual(lost);
  const later = await neverReady(worker, stage.ownershipKeyFile, stage.environment('later'), { deadline: '1h' });
  await loseWorkflow(stage.temporal, lost);
  const others = await inParts(names(), makeForeign);

  const report = await stage.sweep();

  expect(report.counts.foreign).toBeGreaterThanOrEqual(OTHERS);
  // They come after all the others.
  const found = report.findings.map(({ namespace, verdict }) => [namespace, verdict]);
  expect(found).toEqual(
    expect.arrayContaining([
      [lost.namespace, 'adopt'],
      [later.name, 'wait'],
    ]),
  );
  expect(await stage.status(lost)).toEqual(lost);
  const untold = (): string[] => {
    const log = readFileSync(stage.processOf('worker').log, 'utf8');
    return report.findings.map(findingText).filter((text) => !log.includes(text));
  };
  // The SDK hands on what is logged a moment later.
  await expect.poll(untold, SOON).toEqual([]);
  await inParts([...others, later], ({ name, uid }) => admin.delete(namespaceOf(name), uid));
  await stage.terminate(stage.environment('lost'));
  const left = async () => {
    const all = await admin.list(namespaceOf(''), '');
    return all.filter(({ metadata }) => metadata?.name?.includes(stage.developers)).length;
  };
  await expect.poll(left, { timeout: 150_000, interval: 1000 }).toBe(0);
  await stage.endProcesses();
  await closeRow(task, 1, stage.scope());
});

/** Such as come first in a list by name. */
function names(): string[] {
  return Array.from({ length: OTHERS }, (_, index) => `dev-${stage.developers}-a${String(index).padStart(3, '0')}`);
}

/** What bears the label, and no mark of anybody's. */
async function makeForeign(name: string): Promise<{ name: string; uid: string }> {
  const annotations = { [ANNOTATION.developer]: `${stage.developers}-other` };
  // Nobody else may give it that label.
  await worker.create(namespaceObject(name, { annotations }));
  return { name, uid: (await namespaceNow(admin, name))?.metadata?.uid ?? '' };
}

function namespaceOf(name: string) {
  return { apiVersion: 'v1', kind: 'Namespace', metadata: { name } };
}

/** The machine is shared. */
async function inParts<T, R>(all: readonly T[], act: (one: T) => Promise<R>): Promise<R[]> {
  const done: R[] = [];
  for (let begin = 0; begin < all.length; begin += AT_ONCE)
    done.push(...(await Promise.all(all.slice(begin, begin + AT_ONCE).map(act))));
  return done;
}
