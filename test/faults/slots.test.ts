import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { adminCluster } from '../setup/client.ts';
import { cut, doTwice, type Fault, Hold, loseAnswer, MOMENTS } from './faults.ts';
import { closeRow } from './row.ts';
import { Stage } from './stage.ts';
import { atStrength } from './strength.ts';
import { WarmSlots } from './warm-slots.ts';

const SLOTS = atStrength(10, 50);
const LATER = { Prefer: 'respond-async' };
const CAUGHT_MS = 30_000;
const TEST_MS = 240_000;

describe('claims of warm slots', () => {
  let stage: Stage;
  let slots: WarmSlots;
  let runs = 0;

  beforeAll(async () => {
    stage = await Stage.setUp({ ownKey: true });
    slots = new WarmSlots(stage);
    await Promise.all([stage.startApi(), stage.startWorker('one'), stage.startWorker('other')]);
  });
  afterAll(() => stage.close());

  test(`${2 * SLOTS} claims at once on ${SLOTS} slots: ${SLOTS} get one, ${SLOTS} go cold, and none is given twice`, {
    meta: { fault: '100 claims on 50 warm slots' },
    timeout: TEST_MS,
  }, async ({ task }) => {
    const made = await slots.make(SLOTS);

    const answers = await Promise.all(
      Array.from({ length: 2 * SLOTS }, (_, one) =>
        stage.start({ ...stage.environment(`crowd-${one}`), template: 'bare' }),
      ),
    );

    expect(new Set(answers.map(({ status }) => status))).toEqual(new Set([200]));
    const warm = answers.filter(({ body }) => body.provisioned_from === 'warm_pool').map(({ body }) => body.namespace);
    expect(warm.toSorted()).toEqual(made.toSorted());
    expect(answers.filter(({ body }) => body.provisioned_from === 'cold')).toHaveLength(SLOTS);
    expect(new Set(answers.map(({ body }) => body.namespace)).size).toBe(2 * SLOTS);
    await Promise.all(answers.map(({ body }) => stage.terminate(body)));
    task.meta.notes = [`${warm.length} claimed, 0 twice`];
    await closeRow(task, 2 * SLOTS, stage.scope(`${stage.developers}-crowd`));
  });

  describe.for<[string, Fault]>([
    ['whose answer is lost', loseAnswer],
    ['that never arrives', cut],
    ['that arrives twice', doTwice],
  ])('a claim %s', ([how, fault]) => {
    test('is made again, and the developer gets one slot', { timeout: TEST_MS }, async () => {
      const [first = '', second = ''] = (await slots.make(2)).toSorted();
      const rule = stage.proxy.on(isClaimOf([first, second]), fault, 1);

      const developer = stage.environment(`unlucky-${how.replaceAll(' ', '-')}`);
      const { status, body } = await stage.start({ ...developer, template: 'bare' });

      expect(rule.left).toBe(0);
      expect({ status, body }).toMatchObject({ status: 200, body: { provisioned_from: 'warm_pool' } });
      const waiting = (await slots.seen()).map(({ namespace }) => namespace.name);
      expect([body.namespace, ...waiting].toSorted()).toEqual([first, second]);
      expect((await stage.terminate(developer)).status).toBe(200);
      await slots.remove();
      runs++;
    });
  });

  describe.for(MOMENTS)('a worker that is killed in the middle of a claim, %s', (moment) => {
    test('has another hand over a slot, and only one', { timeout: TEST_MS }, async () => {
      const made = await slots.make(2);
      const hold = new Hold(moment);
      const rule = stage.proxy.on(isClaimOf(made), hold.fault, 1);
      const developer = stage.environment(`killed-${moment.split(' ')[0]}`);
      await stage.start({ ...developer, template: 'bare' }, { headers: LATER });
      const { caller, name } = await hold.caughtWithin(CAUGHT_MS, 'the claim');
      rule.left = 0;

      await stage.killWorker(caller);
      hold.drop();
      const shown = await stage.settled(developer);
      await stage.startWorker(caller);

      expect(shown).toMatchObject({ state: 'ready', provisioned_from: 'warm_pool' });
      if (moment === 'after it is done') expect(shown.namespace).toBe(name);
      const waiting = (await slots.seen()).map(({ namespace }) => namespace.name);
      expect([shown.namespace, ...waiting].toSorted()).toEqual(made.toSorted());
      expect((await stage.terminate(developer)).status).toBe(200);
      await slots.remove();
      runs++;
    });
  });

  test('a slot that is deleted under its claim is nobody’s: the developer gets another', {
    timeout: TEST_MS,
  }, async () => {
    const made = await slots.make(2);
    const hold = new Hold('before it is done');
    const rule = stage.proxy.on(isClaimOf(made), hold.fault, 1);
    const developer = stage.environment('deleted');
    const starting = stage.start({ ...developer, template: 'bare' });
    const { name = '' } = await hold.caughtWithin(CAUGHT_MS, 'the claim');
    rule.left = 0;

    const admin = await adminCluster();
    const reference = { apiVersion: 'v1', kind: 'Namespace', metadata: { name } };
    await admin.delete(reference, (await admin.read(reference))?.metadata?.uid ?? '');
    hold.release();
    const { status, body } = await starting;

    expect({ status, body }).toMatchObject({ status: 200, body: { provisioned_from: 'warm_pool' } });
    expect(body.namespace).not.toBe(name);
    expect((await stage.terminate(developer)).status).toBe(200);
    await slots.remove();
    runs++;
  });

  describe.for(MOMENTS)('a terminate in the middle of a claim, %s', (moment) => {
    test('leaves nothing claimed', { timeout: TEST_MS }, async () => {
      const made = await slots.make(2);
      const hold = new Hold(moment);
      const rule = stage.proxy.on(isClaimOf(made), hold.fault, 1);
      const developer = stage.environment(`ended-${moment.split(' ')[0]}`);
      await stage.start({ ...developer, template: 'bare' }, { headers: LATER });
      const { name } = await hold.caughtWithin(CAUGHT_MS, 'the claim');
      rule.left = 0;

      const ending = stage.terminate(developer);
      hold.release();
      expect((await ending).status).toBe(200);

      const waiting = (await slots.seen()).map(({ namespace }) => namespace.name);
      const free = moment === 'after it is done' ? made.filter((other) => other !== name) : waiting;
      expect(waiting.toSorted()).toEqual(free.toSorted());
      await slots.remove();
      runs++;
    });
  });

  test('a slot that the cache does not know to be claimed is not given again', { timeout: TEST_MS }, async () => {
    const [name = ''] = await slots.make(1);
    const owner = stage.environment('quick');
    const isWatch = ({ query }: { query: string }) => query.includes('watch=');
    // From here on nothing is told to any worker.
    const rule = stage.proxy.on(isWatch, (exchange) => exchange.passFor(1, 'silence'));
    const taken = await stage.start({ ...owner, template: 'bare' });
    const others = await Promise.all(
      ['slow-1', 'slow-2', 'slow-3'].map((other) => stage.start({ ...stage.environment(other), template: 'bare' })),
    );
    rule.left = 0;

    expect(taken.body).toMatchObject({ namespace: name, provisioned_from: 'warm_pool' });
    for (const { body } of others) expect(body.provisioned_from).toBe('cold');
    await Promise.all([taken, ...others].map(({ body }) => stage.terminate(body)));
    runs++;
  });

  test('and in the end nothing is left of any of them', { meta: { fault: 'a claim of a slot broken off' } }, async ({
    task,
  }) => {
    await slots.remove();
    await stage.endProcesses();
    await closeRow(task, runs, stage.scope());
  });

  function isClaimOf(names: string[]) {
    return ({ method, resource, name = '' }: { method: string; resource?: string; name?: string }): boolean =>
      method === 'PATCH' && resource === 'namespaces' && names.includes(name);
  }
});
