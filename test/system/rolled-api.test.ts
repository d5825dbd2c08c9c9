import { spawnSync } from 'node:child_process';
import { expect, inject, onTestFinished, test } from 'vitest';
import { percentiles } from '../../bench/percentiles.ts';
import { closeRow } from '../faults/row.ts';
import { Stage } from '../faults/stage.ts';
import { atStrength } from '../faults/strength.ts';
import { type Answer, adminToken } from '../setup/client.ts';
import { Balancer } from './balancer.ts';
import { LightClient } from './light-client.ts';
import { type Load, openLoop } from './open-loop.ts';

/** Fewer where others share the machine: what it cannot do fast enough is refused, rightly. */
const PER_SECOND = atStrength(50, 200);
const ROLLS = atStrength(1, 10);
/** As it is where nobody sets it: the servers of other tests end at once. */
const AS_SHIPPED = { BERTH_DRAIN: '10s' };
const TEST_MS = 1_200_000;
/** They are all alike where a server was not there, and thousands. */
const FAILURES_SHOWN = 5;

test(`two API servers behind a balancer, each rolled ${ROLLS} times under ${PER_SECOND} requests a second: no request fails, and no start is cut`, {
  timeout: TEST_MS,
  meta: { fault: `API rolled under ${PER_SECOND} requests/s` },
}, async ({ task, skip }) => {
  if (spawnSync('haproxy', ['-v']).error) return skip('This machine has no HAProxy: npm run test:system installs it.');
  const stage = await Stage.setUp();
  onTestFinished(() => stage.close());
  await stage.startApi(AS_SHIPPED);
  await stage.startApi(AS_SHIPPED);
  // Not through the proxy: it shows the apiserver's certificate, which is of another address where a real node runs.
  await stage.startWorker('worker', { KUBECONFIG: inject('servers').workerKubeconfig });
  const balancer = await Balancer.start(stage.apis, stage.directory);
  onTestFinished(() => balancer.end());
  const born = (name: string) => stage.start({ ...stage.environment(name), template: 'bare' }, { api: balancer.url });
  const { dev_id, project, namespace } = (await born('running')).body;
  const client = new LightClient(balancer.url, await adminToken());
  onTestFinished(() => client.close());
  const isThere = { state: 'ready', namespace };
  const status = `/environments/status?${new URLSearchParams({ dev_id, project })}`;
  const mix = [
    () => client.ask('GET', status, isThere),
    () => client.ask('POST', '/environments/start', isThere, { dev_id, project }),
    () => client.ask('GET', status, isThere),
    () => client.ask('GET', '/health', { temporal: 'reachable' }),
  ];
  const end = new AbortController();
  const load = openLoop(PER_SECOND, end.signal, async (index) => mix[index % mix.length]?.());

  const rolls: { code: number | null; started: Answer }[] = [];
  for (let roll = 0; roll < ROLLS; roll++) {
    for (const index of [0, 1]) {
      const starting = born(`born-${roll}-${index}`);
      const code = await stage.endApi(index);
      await stage.startApi(AS_SHIPPED, index);
      rolls.push({ code, started: await starting });
      await balancer.untilUp(index);
    }
  }
  end.abort();
  const came = await load;

  task.meta.notes = [inWords(came)];
  expect(came.failures.slice(0, FAILURES_SHOWN)).toEqual([]);
  for (const { code, started } of rolls) {
    expect(code).toBe(0);
    expect(started).toMatchObject({ status: 200, body: { state: 'ready' } });
  }
  await Promise.all(stage.accepted.map((accepted) => stage.terminate(accepted)));
  await stage.endProcesses();
  await closeRow(task, 2 * ROLLS, stage.scope());
});

function inWords({ latenciesMs, failures }: Load): string {
  const { count, p50, p90, p99 } = percentiles(latenciesMs);
  const [half, nine, ninetyNine, all] = [p50, p90, p99, Math.max(...latenciesMs)].map((ms) => `${Math.round(ms)} ms`);
  const within = `half within ${half}, 90 % within ${nine}, 99 % within ${ninetyNine}, all within ${all}`;
  return `${count} requests, ${failures.length} failed; ${within}`;
}
