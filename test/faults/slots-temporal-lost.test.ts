import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it, onTestFinished } from 'vitest';
import { BUILT_IN_TEMPLATES } from '../../src/local/repository.ts';
import { temporaryDirectory } from '../local/start-command.ts';
import { adminCluster, adminToken, call } from '../setup/client.ts';
import { namespaceNow } from '../setup/leftovers.ts';
import { expectNothingLeft } from './census.ts';
import { holdOn } from './holds.ts';
import { OwnTemporal } from './own-temporal.ts';
import { closeRow } from './row.ts';
import { Stage } from './stage.ts';
import { WarmSlots } from './warm-slots.ts';

const LONG = { timeout: 90_000, interval: 250 };
const CAUGHT_MS = 30_000;
const FLOOR = 3;

it('a loss of Temporal’s database, and of the worker, loses no slot: what waits is given, what was claimed is its owner’s, what was half made or half removed is undone', {
  timeout: 400_000,
  meta: { fault: 'Temporal’s database lost while slots are there' },
}, async ({ task }) => {
  const temporal = await OwnTemporal.prepare(temporaryDirectory());
  await temporal.start();
  onTestFinished(() => temporal.kill());
  const stage = await Stage.setUp({ ownKey: true, ownTemporal: temporal.address });
  onTestFinished(() => stage.close());
  const slots = new WarmSlots(stage);
  const template = stage.developers;
  const BERTH_TEMPLATES_DIR = templatesOf(stage, template);
  const worker = {
    ...{ BERTH_TEMPLATES_DIR, BERTH_POOLS: `${template}=${FLOOR}` },
    ...{ BERTH_SWEEP_EVERY: '5s', BERTH_SWEEP_GRACE: '1s' },
  };
  const ready = async (): Promise<string[]> =>
    (await slots.seen()).filter(({ state }) => state === 'ready').map(({ namespace }) => namespace.uid);
  const [owner, other] = [stage.environment('owner'), stage.environment('other')];

  await Promise.all([stage.startApi({ BERTH_TEMPLATES_DIR }), stage.startWorker('worker', worker)]);
  await expect.poll(ready, LONG).toHaveLength(FLOOR);
  const isOfItsSuccessor = { method: 'POST', resource: 'resourcequotas' };
  const hold = holdOn(stage.proxy, isOfItsSuccessor, 'before it is done');
  const { body: claimed } = await stage.start({ ...owner, template });
  const { namespace: halfMade = '' } = await hold.caughtWithin(CAUGHT_MS, 'the guards of the one that is made for it');
  await stage.killWorker('worker');
  hold.drop();
  const [toGo, waiting] = (await slots.seen()).filter(({ state }) => state === 'ready');
  if (toGo === undefined || waiting === undefined) throw new Error('One of three was claimed.');
  // As a plan leaves it that ends in between.
  await slots.retire(toGo);

  await temporal.forget();
  await temporal.start();
  await stage.startWorker('worker', worker);

  // The namespace remembers its claim from before that was answered: until when it took is not known to the moment.
  const { steps: _, ...owned } = claimed;
  await expect.poll(() => stage.status(owner), LONG).toMatchObject(owned);
  const admin = await adminCluster();
  for (const name of [halfMade, toGo.namespace.name])
    await expect.poll(() => namespaceNow(admin, name), LONG).toBeUndefined();
  await expect.poll(ready, LONG).toHaveLength(FLOOR);
  expect(await ready()).toContain(waiting.namespace.uid);
  expect(await slots.seen()).toHaveLength(FLOOR);
  const { body: another } = await stage.start({ ...other, template });
  expect([claimed, another].map(({ provisioned_from }) => provisioned_from)).toEqual(['warm_pool', 'warm_pool']);
  expect(another.namespace).not.toBe(claimed.namespace);

  const api = stage.apis[0] ?? '';
  await call(await adminToken(), 'PUT', '/api/capacity', { body: {}, api });
  await Promise.all([owner, other].map((identity) => stage.terminate(identity)));
  await expect
    .poll(async () => {
      await slots.remove();
      return await slots.seen();
    }, LONG)
    .toEqual([]);
  // The schedules go on, and are nobody’s runs; the plan’s own removals come to their end while there is a worker.
  await expectNothingLeft({ ...stage.scope(`slot-${stage.developers}`), isShared: true });
  await stage.endProcesses();
  await closeRow(task, 1, { ...stage.scope(), isShared: true });
});

/** A template of the stage’s own, so that its slots are told from all others. */
function templatesOf({ directory }: Stage, name: string): string {
  const templates = join(directory, 'templates');
  mkdirSync(templates);
  const bare = readFileSync(join(BUILT_IN_TEMPLATES, 'bare.yaml'), 'utf8');
  // What is half made is undone once its time is over.
  const text = bare.replace('name: bare', `name: ${name}`).replace('deadline: 2m', 'deadline: 20s');
  writeFileSync(join(templates, `${name}.yaml`), text);
  return templates;
}
