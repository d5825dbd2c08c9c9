import { afterAll, beforeAll, describe, expect, inject, it } from 'vitest';
import type { Cluster } from '../../src/cluster/client.ts';
import type { Environment } from '../../src/environment/environment.ts';
import { type Identity, workflowId } from '../../src/environment/identity.ts';
import { queued } from '../../src/environment/queued.ts';
import { lifeOptions } from '../../src/workflows/life-options.ts';
import { extendUpdate, startUpdate } from '../../src/workflows/messages.ts';
import { clusterBy } from '../setup/client.ts';
import { specification } from '../setup/lives.ts';
import { keptIn } from '../setup/sleepers.ts';
import { eventsOf } from '../workflows/paths/history-file.ts';
import { trailOf } from '../workflows/paths/trail.ts';
import type { Rule } from './apiserver-proxy.ts';
import { refuseWith } from './faults.ts';
import { servingStage } from './serving-stage.ts';
import type { Stage } from './stage.ts';

const LONG = { timeout: 60_000, interval: 200 };
const TEST_MS = 120_000;

let stage: Stage;
let admin: Cluster;
beforeAll(async () => {
  [stage, admin] = await Promise.all([servingStage(), clusterBy(inject('servers').adminKubeconfig)]);
}, TEST_MS);
afterAll(() => Promise.all([stage.close(), admin.close()]), TEST_MS);

describe('what is wanted while the cluster does not say whether the time of an environment is over', () => {
  it('is heard: what is woken then is kept, with all that is in it', { timeout: TEST_MS }, async () => {
    const environment = await ready('woken', '1h', '8s');
    const before = await keptIn(admin, environment.namespace ?? '');
    expect(await stage.ask('sleep', identityOf(environment))).toMatchObject({ status: 200 });
    const look = await looksInVain(environment);

    const woken = await stage.ask('wake', identityOf(environment), { Prefer: 'respond-async' });
    expect(woken.status).toBe(202);
    look.left = 0;

    await expect.poll(async () => (await stage.status(environment)).state, LONG).toBe('ready');
    expect(await keptIn(admin, environment.namespace ?? '')).toEqual(before);
    expect(await stage.terminate(identityOf(environment))).toMatchObject({ status: 200 });
  });

  it('is heard: what is extended then is not put to sleep', { timeout: TEST_MS }, async () => {
    const environment = await ready('extended', '8s', '7d');
    const look = await looksInVain(environment);

    const life = stage.temporal.workflow.getHandle(workflowId(environment));
    const { expires_at } = await life.executeUpdate(extendUpdate, { args: ['3h'] });
    look.left = 0;

    await expect.poll(() => trailOfLife(environment), LONG).toContain('recallLife completed');
    expect(await stage.status(environment)).toMatchObject({ state: 'ready', expires_at });
    expect((await stage.status(environment)).steps.map(({ name }) => name)).not.toContain('sleep');
    expect(await stage.terminate(identityOf(environment))).toMatchObject({ status: 200 });
  });
});

async function ready(developer: string, ttl: string, retain: string): Promise<Environment> {
  const { dev_id } = stage.environment(developer);
  const base = await specification(dev_id, 'default', { ttl });
  const asked = { ...base, recipe: { ...base.recipe, lifetime: { ...base.recipe.lifetime, retain } } };
  const options = lifeOptions({ specification: asked, environment: queued(asked, new Date()) });
  await stage.temporal.workflow.start('EnvironmentWorkflow', options);
  return await stage.temporal.workflow.getHandle(options.workflowId).executeUpdate(startUpdate);
}

/** Waits until its workflow looks whether its time is over, and is not answered. @returns what it is not answered by */
async function looksInVain(environment: Environment): Promise<Rule> {
  const unavailable = refuseWith(503, 'the server is currently unable to handle the request');
  const isAbout = (name = ''): boolean => name.startsWith(environment.namespace ?? '');
  const rule = stage.proxy.on(
    ({ method, resource, name }) => method === 'GET' && resource === 'namespaces' && isAbout(name),
    unavailable,
  );
  await expect.poll(() => trailOfLife(environment), LONG).toContain('recallLife failed');
  return rule;
}

async function trailOfLife(environment: Identity): Promise<string[]> {
  const life = stage.temporal.workflow.getHandle(workflowId(environment));
  return trailOf(eventsOf(await life.fetchHistory()));
}

function identityOf({ dev_id, project }: Identity): Identity {
  return { dev_id, project };
}
