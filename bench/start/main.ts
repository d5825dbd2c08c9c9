// The cold start of `bare`, beside `kubectl apply` of the same objects and beside the floor: a bare update-with-start
// with one local activity, plus the same writes made directly. One run, one machine; the figures to look at are ratios.
import { execFile } from 'node:child_process';
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { KubeConfig } from '@kubernetes/client-node';
import { Client, Connection, WithStartWorkflowOperation } from '@temporalio/client';
import { NativeConnection, Worker } from '@temporalio/worker';
import { type Cluster, connectCluster } from '../../src/cluster/client.ts';
import type { Specification } from '../../src/environment/request.ts';
import { fillIn, parseTemplate } from '../../src/environment/template.ts';
import { type Percentiles, percentiles, timed, together } from '../percentiles.ts';
import { type Bench, onServers } from '../servers.ts';
import { type FloorWorkflow, floorUpdate } from './floor-workflow.ts';
import { objectsOf, write } from './writes.ts';

const ONE_BY_ONE = 40;
const TOGETHER = 192;
const CALLERS = 32;
const ROUNDS = 3;
const FLOOR_QUEUE = 'floor';

interface Row {
  what: string;
  oneByOne: Percentiles;
  perSecond?: number;
}

const text = await readFile(new URL('../../templates/bare.yaml', import.meta.url), 'utf8');
const recipe = fillIn(parseTemplate('bare.yaml', text), {});

await onServers(async (bench) => {
  const connection = await Connection.connect({ address: bench.servers.temporal });
  const client = new Client({ connection });
  const cluster = await clusterOf(bench.servers.adminKubeconfig);
  const native = await NativeConnection.connect({ address: bench.servers.temporal });
  const worker = await Worker.create({
    connection: native,
    taskQueue: FLOOR_QUEUE,
    workflowsPath: fileURLToPath(new URL('./floor-workflow.ts', import.meta.url)),
    activities: { nothing: () => Promise.resolve('done') },
  });
  await worker.runUntil(async () => {
    let serial = 0;
    const next = (): string => `bench-${(serial++).toString(36)}`;
    const contenders: Record<string, () => Promise<unknown>> = {
      start: () => startBare(bench, next()),
      floor: () => floor(client, cluster, next()),
      'update-with-start alone': () => updateWithStart(client, next()),
      'writes alone': () => write(cluster, specificationOf(next())),
      'kubectl apply': () => kubectlApply(bench, next()),
    };
    const rows: Row[] = [];
    for (const work of Object.values(contenders)) for (let warmUp = 0; warmUp < 5; warmUp++) await work();
    const durations = new Map(Object.keys(contenders).map((name) => [name, [] as number[]]));
    // Taken in turn, so that a slow moment of the machine is everybody's.
    for (let round = 0; round < ONE_BY_ONE; round++) {
      for (const [name, work] of Object.entries(contenders)) durations.get(name)?.push(await timed(work));
    }
    const rates = new Map<string, number[]>();
    for (let round = 0; round < ROUNDS; round++) {
      for (const name of ['start', 'floor', 'writes alone', 'update-with-start alone']) {
        const work = contenders[name] ?? (() => Promise.resolve());
        const { perSecond } = await together(CALLERS, TOGETHER, work);
        rates.set(name, [...(rates.get(name) ?? []), perSecond]);
      }
    }
    for (const [what, taken] of durations) {
      const median = rates.get(what)?.sort((a, b) => a - b)[Math.floor(ROUNDS / 2)];
      rows.push({ what, oneByOne: percentiles(taken), ...(median !== undefined && { perSecond: median }) });
    }
    report(rows);
  });
  await Promise.all([connection.close(), native.close(), cluster.close()]);
});

async function startBare({ api, adminToken }: Bench, name: string): Promise<void> {
  const response = await fetch(`${api}/environments/start`, {
    method: 'POST',
    headers: { Authorization: `Bearer ${adminToken}`, 'Content-Type': 'application/json' },
    body: JSON.stringify({ dev_id: name, project: 'bench', template: 'bare' }),
  });
  const answer = await response.text();
  if (response.status !== 200) throw new Error(`start answered ${response.status}: ${answer}`);
}

async function updateWithStart(client: Client, name: string): Promise<void> {
  await client.workflow.executeUpdateWithStart(floorUpdate, {
    startWorkflowOperation: new WithStartWorkflowOperation<typeof FloorWorkflow>('FloorWorkflow', {
      workflowId: name,
      taskQueue: FLOOR_QUEUE,
      workflowIdConflictPolicy: 'FAIL',
    }),
  });
}

async function floor(client: Client, cluster: Cluster, name: string): Promise<void> {
  await updateWithStart(client, name);
  await write(cluster, specificationOf(name));
}

function specificationOf(dev_id: string): Specification {
  const template = { name: 'bare', digest: 'sha256:0' };
  return { dev_id, project: 'bench', template, parameters: {}, ttl: '1h', recipe };
}

async function kubectlApply({ servers, stateDirectory }: Bench, name: string): Promise<void> {
  const file = join(stateDirectory, `${name}.json`);
  // Without the default account: between kubectl's look and its create the cluster makes one itself.
  const items = objectsOf(name, recipe).filter(({ metadata }) => metadata?.name !== 'default');
  await writeFile(file, JSON.stringify({ apiVersion: 'v1', kind: 'List', items: items.map(plain) }));
  const apply = promisify(execFile)('kubectl', ['--kubeconfig', servers.adminKubeconfig, 'apply', '-f', file]);
  await apply.catch((error: NodeJS.ErrnoException) => {
    throw error.code === 'ENOENT' ? new Error('kubectl is not on the PATH: install it, to compare with it.') : error;
  });
}

/** As the apiserver names the fields, which the client's types do not where a name is a word of the language. */
function plain(object: object): unknown {
  return JSON.parse(JSON.stringify(object).replaceAll('"_default":', '"default":').replaceAll('"_from":', '"from":'));
}

async function clusterOf(kubeconfig: string): Promise<Cluster> {
  const kubeConfig = new KubeConfig();
  kubeConfig.loadFromFile(kubeconfig);
  return await connectCluster(kubeConfig);
}

function report(rows: Row[]): void {
  const [start, floorRow, , , kubectl] = rows as [Row, Row, Row, Row, Row];
  const ratios = {
    'start / floor, p50': start.oneByOne.p50 / floorRow.oneByOne.p50,
    'start / kubectl apply, p50': start.oneByOne.p50 / kubectl.oneByOne.p50,
    [`rate of start / rate of floor, ${CALLERS} callers`]: (start.perSecond ?? 0) / (floorRow.perSecond ?? 1),
  };
  const line = ({ what, oneByOne, perSecond }: Row): string =>
    [
      what.padEnd(26),
      ...[oneByOne.p50, oneByOne.p90, oneByOne.p99].map((ms) => ms.toFixed(1).padStart(8)),
      (perSecond?.toFixed(1) ?? '').padStart(12),
    ].join('');
  const table = [
    `${'one at a time, ms'.padEnd(26)}${['p50', 'p90', 'p99'].map((p) => p.padStart(8)).join('')}${`${CALLERS} callers/s`.padStart(12)}`,
    ...rows.map(line),
    '',
    ...Object.entries(ratios).map(([name, ratio]) => `${name.padEnd(46)}${ratio.toFixed(2).padStart(8)}`),
  ];
  process.stdout.write(`${table.join('\n')}\n${JSON.stringify({ rows, ratios })}\n`);
}
