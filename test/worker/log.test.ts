import { readFileSync } from 'node:fs';
import { KubeConfig } from '@kubernetes/client-node';
import { afterAll, beforeAll, describe, expect, inject, it, vi } from 'vitest';
import { refuseWith } from '../faults/faults.ts';
import { Stage } from '../faults/stage.ts';
import { tokenIn } from '../setup/access.ts';
import { adminToken, call, tokenFor } from '../setup/client.ts';

const NOTICED_WITHIN = { timeout: 30_000 };
const TEST_MS = 300_000;
/** Everything that anybody has to say. */
const ALL = { BERTH_LOG_LEVEL: 'trace' };

/** The number of that level, as pino writes it. */
const DEBUG = 20;

/** A step makes a call that is refused for now so often, before it fails and says why. */
const CALLS = 3;
const QUOTES = 'Somebody has sent';

type Line = Record<string, unknown>;

describe('the logs of a run, at their most talkative', () => {
  let stage: Stage;
  let text: string;
  let secrets: string[];
  const id = 'from-its-start-on';
  const logs = () => ['api-0', 'worker'].map((name) => readFileSync(stage.processOf(name).log, 'utf8')).join('');
  const lines = (): Line[] =>
    text
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line));

  beforeAll(async () => {
    stage = await Stage.setUp();
    await stage.startApi(ALL);
    await stage.startWorker('worker', ALL);
    const [api = ''] = stage.apis;
    const environment = stage.environment('told');
    const tokens = [await tokenFor(environment.dev_id), await adminToken()];
    const [token = ''] = tokens;
    const ask = (verb: string, body: object) =>
      call<{ kubeconfig?: string }>(token, 'POST', `/environments/${verb}`, {
        body,
        api,
        headers: { 'X-Request-Id': id },
      });
    const key = readFileSync(stage.ownershipKeyFile, 'utf8').trim();
    const base64 = Buffer.from(key, 'hex').toString('base64');
    // As on the day on which somebody's error quotes them: that is told too, but for these.
    const quoted = [`Bearer ${workersToken()}`, ...tokens, key, base64].join(', ');
    await ask('start', { ...environment, template: 'bare' });
    stage.proxy.on({ method: 'POST', resource: 'serviceaccounts' }, refuseWith(500, `${QUOTES} ${quoted}`), CALLS);
    const access = await ask('kubeconfig', environment);
    await ask('start', { ...environment, template: token });
    for (const bearer of [`${token}x`, `Basic ${token}`]) await call(bearer, 'GET', `/environments/${token}`, { api });
    // What fails is told with its reasons.
    await stage.proxy.refuse();
    await ask('kubeconfig', environment);
    await stage.proxy.accept();
    await ask('terminate', environment);
    await vi.waitFor(() => expect(logs()).toContain('the environment is terminated'), NOTICED_WITHIN);
    text = logs();
    secrets = [
      ...tokens.map((one) => one.slice('berth_'.length + 13, -9)),
      ...tokenIn(access.body.kubeconfig ?? '')
        .split('.')
        .slice(1),
      ...workersToken().split('.').slice(1),
      ...[key, base64],
    ];
  }, TEST_MS);
  afterAll(() => stage.close());

  it('show none of the tokens, credentials and keys that were used', () => {
    expect(text).toContain(QUOTES);
    expect(secrets.length).toBe(8);
    for (const secret of secrets) {
      expect(secret.length).toBeGreaterThan(20);
      for (const written of [secret, encodeURIComponent(secret), [...Buffer.from(secret)].join(',')])
        expect(text.includes(written)).toBe(false);
    }
  });

  it('are JSON, line by line', () => {
    expect(lines().length).toBeGreaterThan(20);
    for (const line of lines()) expect(line).toMatchObject({ level: expect.any(Number), msg: expect.any(String) });
  });

  it('tell of how workflows were bundled to those only who look for it', () => {
    const bundled = lines().filter(({ msg }) => /workflow bundle created|webpack/i.test(String(msg)));

    expect(bundled.length).toBeGreaterThan(1);
    for (const { level } of bundled) expect(level).toBe(DEBUG);
  });

  it('lead from a request to its environment, its workflow and what workers did for it', () => {
    const [request] = lines().filter(({ request_id }) => request_id === id);
    const { workflow_id, dev_id } = request ?? {};
    const theirs = lines().filter((line) => line.workflow_id === workflow_id && line.request_id === undefined);

    expect(workflow_id).toBe(`environment/${dev_id}/shop`);
    expect(theirs.length).toBeGreaterThan(2);
    for (const line of theirs) expect(line).toMatchObject({ dev_id, project: 'shop', run_id: expect.any(String) });
    expect(theirs).toContainEqual(expect.objectContaining({ state: 'ready', msg: 'the environment is ready' }));
    expect(theirs).toContainEqual(expect.objectContaining({ activity: 'isolate', attempt: 1 }));
  });
});

/** The credential by which workers reach the cluster. */
function workersToken(): string {
  const kubeConfig = new KubeConfig();
  kubeConfig.loadFromFile(inject('servers').workerKubeconfig);
  const user = kubeConfig.getCurrentUser();
  const file = user?.authProvider?.config.tokenFile;
  return file === undefined ? (user?.token ?? '') : readFileSync(file, 'utf8').trim();
}
