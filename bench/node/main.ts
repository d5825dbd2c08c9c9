// The cold start of `default` on a real node, from POST to verified ready, one at a time: with its break-down by steps, and
// beside `kubectl apply` of the same objects and a wait until its deployment is available. One run, one machine.
import { randomBytes } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { desiredObjects } from '../../src/cluster/objects/desired.ts';
import type { Environment } from '../../src/environment/environment.ts';
import { withOwnImages } from '../../src/environment/image.ts';
import { fillIn, parseTemplate, resolveParameters } from '../../src/environment/template.ts';
import { kubectl, kubectlApply } from '../kubectl.ts';
import { percentiles, timed } from '../percentiles.ts';
import { type Bench, onServers } from '../servers.ts';
import { objectsOf } from '../start/writes.ts';

const ROUNDS = 5;

await onServers(
  async (bench) => {
    const startMs: number[] = [];
    const kubectlMs: number[] = [];
    const stepsMs: Record<string, number[]> = {};
    for (let round = 0; round <= ROUNDS; round++) {
      const developer = `bench-${randomBytes(4).toString('hex')}`;
      let environment: Environment | undefined;
      const tookMs = await timed(async () => {
        environment = await post(bench, 'start', developer);
      });
      await post(bench, 'terminate', developer);
      const appliedMs = await timed(() => applyAndWait(bench, `peer-${developer}`));
      await kubectl(bench, 'delete', 'namespace', `peer-${developer}`);
      // The first round warms caches that later ones find warm.
      if (round === 0) continue;
      startMs.push(tookMs);
      kubectlMs.push(appliedMs);
      for (const { name, started_at, ended_at = '' } of environment?.steps ?? []) {
        stepsMs[name] = [...(stepsMs[name] ?? []), Date.parse(ended_at) - Date.parse(started_at)];
      }
    }
    const rows = { 'start, POST → 200': startMs, ...stepsMs, 'kubectl apply and wait': kubectlMs };
    const figures = Object.entries(rows).map(([what, durations]) => ({ what, ...percentiles(durations) }));
    const ratio = percentiles(startMs).p50 / percentiles(kubectlMs).p50;
    for (const { what, p50, p90 } of figures)
      process.stdout.write(`${what.padEnd(30)} p50 ${p50.toFixed(0)} ms, p90 ${p90.toFixed(0)} ms\n`);
    process.stdout.write(`start / kubectl, p50: ${ratio.toFixed(2)}\n${JSON.stringify({ figures, ratio })}\n`);
  },
  { node: 'real' },
);

async function post({ api, adminToken }: Bench, verb: string, developer: string): Promise<Environment> {
  const response = await fetch(`${api}/environments/${verb}`, {
    method: 'POST',
    headers: { Authorization: `Bearer ${adminToken}`, 'Content-Type': 'application/json' },
    body: JSON.stringify({ dev_id: developer, project: 'bench' }),
  });
  const text = await response.text();
  if (response.status !== 200) throw new Error(`${verb} answered ${response.status}: ${text}`);
  return JSON.parse(text) as Environment;
}

/** What somebody does who has the objects at hand: applies them, and waits for the pods. */
async function applyAndWait(bench: Bench, namespace: string): Promise<void> {
  const text = await readFile(new URL('../../templates/default.yaml', import.meta.url), 'utf8');
  const template = parseTemplate('default.yaml', text);
  const own = JSON.parse(await readFile(bench.servers.imagesFile ?? '', 'utf8')) as Record<string, string>;
  const recipe = withOwnImages(fillIn(template, resolveParameters(template, {})), own);
  const { workload } = desiredObjects(namespace, recipe);
  await kubectlApply(bench, namespace, [...objectsOf(namespace, recipe), ...workload.flat()]);
  const until = ['--for=condition=Available', 'deployment', '--all', `--namespace=${namespace}`, '--timeout=60s'];
  await kubectl(bench, 'wait', ...until);
}
