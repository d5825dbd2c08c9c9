import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { Identity } from '../../src/environment/identity.ts';
import { adminCluster } from '../setup/client.ts';
import type { ProxiedRequest } from './exchange.ts';
import { cut, doLate, doTwice, type Fault, Hold, loseAnswer, MOMENTS, refuseWith, silentOnce } from './faults.ts';
import { closeRow } from './row.ts';
import { chosenSeed, seededRandom } from './seeded-random.ts';
import { Stage } from './stage.ts';
import { atStrength } from './strength.ts';
import { WarmSlots } from './warm-slots.ts';

const SLOTS = atStrength(10, 50);
const LATER = { Prefer: 'respond-async' };
/** Which part of the calls meets one of these. */
const UNLUCKY = 0.1;
const MISHAPS: Fault[] = [
  loseAnswer,
  doTwice,
  refuseWith(429, 'Too many requests, please try again later.', { 'retry-after': '1' }),
  refuseWith(503, 'The server is currently unable to handle the request.'),
];
const CAUGHT_MS = 30_000;
const SOON = { timeout: 15_000, interval: 50 };
const TEST_MS = 240_000;

describe('claims of warm slots', () => {
  let stage: Stage;
  let slots: WarmSlots;
  let runs = 0;

  beforeAll(async () => {
    stage = await Stage.setUp({ ownKey: true });
    slots = new WarmSlots(stage);
    await Promise.all([stage.startApi(), stage.startMeasuredWorker('one'), stage.startMeasuredWorker('other')]);
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
      await end(developer);
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
      await stage.startMeasuredWorker(caller);

      expect(shown).toMatchObject({ state: 'ready', provisioned_from: 'warm_pool' });
      if (moment === 'after it is done') expect(shown.namespace).toBe(name);
      const waiting = (await slots.seen()).map(({ namespace }) => namespace.name);
      expect([shown.namespace, ...waiting].toSorted()).toEqual(made.toSorted());
      await end(developer);
    });
  });

  test('a claim that is done only after it was given up is refused: the same slot was claimed again, before any other', {
    timeout: TEST_MS,
  }, async () => {
    const made = await slots.make(8);
    const { promise: later, resolve: doIt } = Promise.withResolvers<void>();
    const first = stage.proxy.requests.length;
    stage.proxy.on(isClaimOf(made), doLate(later), 1);
    const developer = stage.environment('given-up');

    const { status, body } = await stage.start({ ...developer, template: 'bare' });
    const claims = stage.proxy.requests.slice(first).filter(isClaimOf(made));
    doIt();

    expect({ status, body }).toMatchObject({ status: 200, body: { provisioned_from: 'warm_pool' } });
    expect(claims.map(({ name }) => name)).toEqual([body.namespace, body.namespace]);
    await expect.poll(() => claims.map(({ status }) => status), SOON).toEqual([409, 200]);
    expect(await slots.seen()).toHaveLength(7);
    await end(developer);
  });

  test('a second slot of a life, whose claim is done only after its worker was killed, is told by the sweep, and goes with it', {
    timeout: TEST_MS,
  }, async () => {
    const made = await slots.make(2);
    const hold = new Hold('before it is done');
    stage.proxy.on(isClaimOf(made), hold.fault, 1);
    const developer = stage.environment('twice');
    await stage.start({ ...developer, template: 'bare' }, { headers: LATER });
    const late = await hold.caughtWithin(CAUGHT_MS, 'the claim');
    // Nobody else touches the slot meanwhile, so that it is as the late claim has seen it.
    const untouched = stage.proxy.on(
      isClaimOf([late.name ?? '']),
      refuseWith(409, 'somebody was faster', {}, 'Conflict'),
    );
    await stage.killWorker(late.caller);
    const shown = await stage.settled(developer);
    untouched.left = 0;
    hold.release();
    await expect.poll(() => late.status, SOON).toBe(200);
    await stage.startMeasuredWorker(late.caller);

    const { findings } = await stage.sweep();

    expect([shown.namespace, late.name].toSorted()).toEqual(made.toSorted());
    expect(findings).toMatchObject([{ namespace: late.name, verdict: 'keep', identity: developer, isOdd: true }]);
    expect((await stage.terminate(developer)).status).toBe(200);
    const admin = await adminCluster();
    const reference = { apiVersion: 'v1', kind: 'Namespace', metadata: { name: late.name ?? '' } };
    expect(await admin.read(reference)).toBeUndefined();
    runs++;
  });

  test('a claim that is refused for good, as by a webhook, takes nothing: the developer has one built, and the slots wait on', {
    timeout: TEST_MS,
  }, async () => {
    const made = await slots.make(2);
    const denied = refuseWith(403, 'admission webhook "names.example.com" denied the request', {}, 'Forbidden');
    const rule = stage.proxy.on(isClaimOf(made), denied);
    const developer = stage.environment('denied');

    const { status, body } = await stage.start({ ...developer, template: 'bare' });
    rule.left = 0;

    expect({ status, body }).toMatchObject({ status: 200, body: { provisioned_from: 'cold' } });
    expect((await slots.seen()).map(({ namespace }) => namespace.name).toSorted()).toEqual(made.toSorted());
    await end(developer);
  });

  test('slots that are made and claimed while one call in ten is lost, done twice or refused for now: none is lost, or given twice', {
    timeout: TEST_MS,
  }, async () => {
    const seed = chosenSeed();
    const random = seededRandom(seed);
    let hits = 0;
    const isUnlucky = ({ query }: ProxiedRequest): boolean => !query.includes('watch=') && random() < UNLUCKY;
    const rule = stage.proxy.on(isUnlucky, (exchange) => (MISHAPS[hits++ % MISHAPS.length] as Fault)(exchange));
    const made = await slots.make(SLOTS);

    const answers = await Promise.all(
      made.map((_, one) => stage.start({ ...stage.environment(`unsteady-${one}`), template: 'bare' })),
    );
    rule.left = 0;

    expect(hits).toBeGreaterThan(MISHAPS.length);
    expect(
      answers.map(({ status }) => status),
      `with the seed ${seed}`,
    ).toEqual(made.map(() => 200));
    const given = answers.flatMap(({ body }) => (body.provisioned_from === 'warm_pool' ? [body.namespace] : []));
    expect(given.length).toBeGreaterThan(0);
    const waiting = (await slots.seen()).map(({ namespace }) => namespace.name);
    expect([...given, ...waiting].toSorted(), `with the seed ${seed}`).toEqual(made.toSorted());
    await end(...answers.map(({ body }) => body));
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
    await end(developer);
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
      // Whether the swap came first or the end: a slot was claimed and is gone, or was not and waits.
      const claimed = made.filter((other) => !waiting.includes(other));
      expect(claimed).toEqual(moment === 'after it is done' || claimed.length > 0 ? [name] : []);
      const admin = await adminCluster();
      expect(
        await admin.read({ apiVersion: 'v1', kind: 'Namespace', metadata: { name: claimed[0] ?? 'none' } }),
      ).toBeUndefined();
      await slots.remove();
      runs++;
    });
  });

  test('a slot of which its worker does not know that it was claimed is not given again: the swap is refused', {
    timeout: TEST_MS,
  }, async () => {
    await Promise.all(['one', 'other'].map((name) => stage.killWorker(name)));
    const { promise: fromNowOn, resolve: fallSilent } = Promise.withResolvers<void>();
    const isWatch = ({ caller, query }: ProxiedRequest): boolean => caller === 'stale' && query.includes('watch=');
    const rule = stage.proxy.on(isWatch, silentOnce(fromNowOn));
    await stage.startMeasuredWorker('stale');
    const [name = ''] = await slots.make(1);
    const [slot] = await slots.seen();
    if (slot === undefined) throw new Error('There is one.');
    fallSilent();
    const owner = await slots.claimElsewhere(slot);

    const developer = stage.environment('late');
    const { body } = await stage.start({ ...developer, template: 'bare' });

    expect(stage.proxy.requests.filter(isClaimOf([name])).map(({ caller }) => caller)).toContain('stale');
    expect(body).toMatchObject({ state: 'ready', provisioned_from: 'cold' });
    const admin = await adminCluster();
    const reference = { apiVersion: 'v1', kind: 'Namespace', metadata: { name } };
    const live = await admin.read(reference);
    expect(live?.metadata?.annotations?.['berth.dev/developer']).toBe(owner);
    await admin.delete(reference, live?.metadata?.uid ?? '');
    await stage.terminate(developer);
    rule.left = 0;
    await stage.killWorker('stale');
    await Promise.all(['one', 'other'].map((worker) => stage.startMeasuredWorker(worker)));
    runs++;
  });

  describe.for(MOMENTS)('a slot that is taken back in the middle of its claim, %s', (moment) => {
    test('goes to one of the two: who claims it keeps it, or goes cold', { timeout: TEST_MS }, async () => {
      const made = await slots.make(1);
      const [slot] = await slots.seen();
      if (slot === undefined) throw new Error('There is one.');
      const hold = new Hold(moment);
      const rule = stage.proxy.on(isClaimOf(made), hold.fault, 1);
      const developer = stage.environment(`retired-${moment.split(' ')[0]}`);
      const starting = stage.start({ ...developer, template: 'bare' });
      await hold.caughtWithin(CAUGHT_MS, 'the claim');
      rule.left = 0;

      const isTakenBack = await slots.retire(slot);
      hold.release();
      const { status, body } = await starting;

      const isClaimed = moment === 'after it is done';
      expect(isTakenBack).toBe(!isClaimed);
      expect({ status, body }).toMatchObject({
        status: 200,
        body: { state: 'ready', provisioned_from: isClaimed ? 'warm_pool' : 'cold' },
      });
      expect((await slots.seen()).map(({ state }) => state)).toEqual(isClaimed ? [] : ['going']);
      await end(developer);
    });
  });

  test('and in the end nothing is left of any of them', { meta: { fault: 'a claim of a slot broken off' } }, async ({
    task,
  }) => {
    await slots.remove();
    await stage.endProcesses();
    await closeRow(task, runs, stage.scope());
  });

  /** Ends what a test has made, all of it at once. */
  async function end(...developers: Identity[]): Promise<void> {
    const ended = await Promise.all([...developers.map((one) => stage.terminate(one)), slots.remove()]);
    expect(ended.flatMap((answer) => answer?.status ?? [])).toEqual(developers.map(() => 200));
    runs++;
  }

  function isClaimOf(names: string[]) {
    return ({ method, resource, name = '' }: { method: string; resource?: string; name?: string }): boolean =>
      method === 'PATCH' && resource === 'namespaces' && names.includes(name);
  }
});
