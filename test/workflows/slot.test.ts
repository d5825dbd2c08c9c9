import { setTimeout as sleep } from 'node:timers/promises';
import type { V1ConfigMap } from '@kubernetes/client-node';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import type { Environment } from '../../src/environment/environment.ts';
import { NOBODYS } from '../../src/environment/identity.ts';
import type { SweepReport } from '../../src/environment/sweep/report.ts';
import { closeRow } from '../faults/row.ts';
import { Stage } from '../faults/stage.ts';
import { WarmSlots } from '../faults/warm-slots.ts';
import { adminCluster, adminToken, call } from '../setup/client.ts';

const SEEN = { timeout: 20_000, interval: 250 };

describe('a start where warm slots wait', () => {
  let stage: Stage;
  let slots: WarmSlots;

  beforeAll(async () => {
    stage = await Stage.setUp({ ownKey: true });
    slots = new WarmSlots(stage);
    await Promise.all([stage.startApi(), stage.startMeasuredWorker('worker')]);
  });
  afterEach(() => slots.remove());
  afterAll(() => stage.close());

  it('is answered with one: ready, verified, under the slot’s name, and the developer’s own until it is torn down', async () => {
    const [name] = await slots.make(1, 'node');
    const developer = stage.environment('one');

    const { status, body } = await stage.start({ ...developer, template: 'node' });

    expect({ status, body }).toMatchObject({
      status: 200,
      body: {
        ...developer,
        state: 'ready',
        namespace: name,
        provisioned_from: 'warm_pool',
        template: { name: 'node' },
      },
    });
    expect(body.steps).toMatchObject([
      { name: 'isolation', state: 'done', message: 'it was ready before it was asked for' },
    ]);
    expect(Date.parse(body.expires_at ?? '')).toBeGreaterThan(Date.now());
    expect(await stage.status(developer)).toMatchObject({ state: 'ready', namespace: name });
    expect(await slots.seen()).toEqual([]);
    // To a sweep, which tells only of what is odd, it is an environment like any other.
    expect(findingsOn(name, await stage.sweep({ dryRun: true }))).toEqual([]);
    expect((await stage.terminate(developer)).body.state).toBe('terminated');
  });

  it('leaves what is watched and restored as it is for others: a policy that is deleted in a claimed slot comes back', async () => {
    const [name = ''] = await slots.make(1);
    const developer = stage.environment('drifting');
    await stage.start({ ...developer, template: 'bare' });
    const admin = await adminCluster();
    const policy = reference('networking.k8s.io/v1', 'NetworkPolicy', 'deny-all', name);

    await admin.delete(policy, (await admin.read(policy))?.metadata?.uid ?? '');

    await expect.poll(() => admin.read(policy), SEEN).toBeDefined();
    await stage.terminate(developer);
  });

  it('has late parameters written into the files of its pods, which go on', async () => {
    const [name = ''] = await slots.make(1, 'node');
    const admin = await adminCluster();
    const before = await podsOf(name);
    const developer = stage.environment('late');

    const { body } = await stage.start({
      ...developer,
      template: 'node',
      parameters: { repository: 'https://example.com/shop.git' },
    });

    expect(body).toMatchObject({ namespace: name, parameters: { repository: 'https://example.com/shop.git' } });
    const files = await admin.list<V1ConfigMap>({ apiVersion: 'v1', kind: 'ConfigMap' }, name);
    const texts = files.flatMap(({ data = {} }) => Object.values(data));
    expect(texts).toContain('https://example.com/shop.git');
    expect(await podsOf(name)).toEqual(before);
    await stage.terminate(developer);
  });

  it.each([
    ['another parameter than the slot’s', { parameters: { memory: '2Gi' } }],
    ['another template', { template: 'bare' }],
  ])('goes cold that asks for %s', async (_, other) => {
    await slots.make(1, 'node');
    const developer = stage.environment(`cold-${Object.keys(other)[0]}`);

    const { body } = await stage.start({ ...developer, template: 'node', ...other });

    expect(body).toMatchObject({ state: 'ready', provisioned_from: 'cold' });
    expect(await slots.seen()).toHaveLength(1);
    await stage.terminate(developer);
  });

  it('is never given one that was changed by somebody', async () => {
    const [changed = '', whole] = await slots.make(2);
    const admin = await adminCluster();
    const quota = reference('v1', 'ResourceQuota', 'quota', changed);
    await admin.merge(
      { ...quota, spec: { hard: { pods: '1000' } } } as never,
      (await admin.read(quota))?.metadata?.uid ?? '',
    );
    await sleep(3000);

    const [first, second] = [stage.environment('first'), stage.environment('second')];
    const answers = [
      await stage.start({ ...first, template: 'bare' }),
      await stage.start({ ...second, template: 'bare' }),
    ];

    expect(answers.map(({ body }) => body.provisioned_from)).toEqual(['warm_pool', 'cold']);
    expect(answers[0]?.body.namespace).toBe(whole);
    await Promise.all([first, second].map((identity) => stage.terminate(identity)));
  });

  it('of a developer for whom one is prepared gets that one, under the exact name; nobody else does', async () => {
    const developer = stage.environment('invited');
    await slots.run(developer, 'bare');
    await slots.untilSeen();
    const other = stage.environment('other');

    const others = await stage.start({ ...other, template: 'bare' });
    // Who names no template gets what was prepared, whatever it is.
    const theirs = await stage.start(developer);

    expect(others.body.provisioned_from).toBe('cold');
    expect(theirs.body).toMatchObject({
      provisioned_from: 'prepared',
      template: { name: 'bare' },
      namespace: `dev-${developer.dev_id}`,
    });
    await Promise.all([developer, other].map((identity) => stage.terminate(identity)));
  });

  it('is the first that anybody hears of a slot: it is in no list before, and a sweep leaves it alone', async () => {
    const [name] = await slots.make(1);

    const listed = await call<{ environments: Environment[] }>(await adminToken(), 'GET', '/environments/status', {
      api: stage.apis[0] ?? '',
    });

    expect(listed.body.environments).toEqual([]);
    expect(findingsOn(name, await stage.sweep())).toEqual([]);
    expect(await slots.seen()).toMatchObject([{ namespace: { name }, state: 'ready' }]);
  });

  it('that cannot be made is undone, and its workflow says why', async () => {
    const developer = { dev_id: `${stage.developers}-failing`, project: NOBODYS };

    const made = slots.run(developer, 'bare', { proof: 'required' });

    await expect(made).rejects.toMatchObject({ cause: { message: expect.stringContaining('everything is undone') } });
    expect(await slots.seen()).toEqual([]);
  });

  it('and in the end nothing is left of any of them', { meta: { fault: 'warm slots, undisturbed' } }, async ({
    task,
  }) => {
    await slots.remove();
    await stage.endProcesses();
    await closeRow(task, 1, stage.scope());
  });

  async function podsOf(namespace: string): Promise<(string | undefined)[]> {
    const pods = await (await adminCluster()).list({ apiVersion: 'v1', kind: 'Pod' }, namespace);
    return pods.map(({ metadata }) => metadata?.uid);
  }
});

function findingsOn(name: string | undefined, { findings }: SweepReport): unknown[] {
  return findings.filter(({ namespace }) => namespace === name);
}

function reference(apiVersion: string, kind: string, name: string, namespace: string) {
  return { apiVersion, kind, metadata: { name, namespace } };
}
