// The cold start of `bare`, beside `kubectl apply` of the same objects and beside the floor: a bare update-with-start
// with one local activity, plus the same writes made directly. One run, one machine; the figures to look at are ratios.
import { readFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { KubeConfig } from '@kubernetes/client-node';
import { Client, Connection } from '@temporalio/client';
import { DefaultLogger, NativeConnection, Runtime } from '@temporalio/worker';
import { connectCluster } from '../../src/cluster/client.ts';
import type { Specification } from '../../src/environment/request.ts';
import { fillIn, parseTemplate } from '../../src/environment/template.ts';
import { LeanWorker } from '../../src/worker/lean-worker.ts';
import { onServers } from '../servers.ts';
import { breakdownOf } from './breakdown.ts';
import { compare } from './compare.ts';
import { contendersOn } from './contenders.ts';
import { designs } from './designs.ts';
import { report } from './report.ts';

const QUEUE = 'bench';
const WITH_DESIGNS = process.argv.includes('--designs');
/** How often Temporal's queues are read is then limited as it comes, to 20 times a second and shard. */
const dynamicConfig = process.argv.includes('--default-poll-limits') ? {} : undefined;

Runtime.install({ logger: new DefaultLogger('WARN') });
const text = await readFile(new URL('../../templates/bare.yaml', import.meta.url), 'utf8');
const recipe = fillIn(parseTemplate('bare.yaml', text), {});
let serial = 0;
const specification = (): Specification => {
  const template = { name: 'bare', digest: 'sha256:0' };
  return { dev_id: `bench-${(serial++).toString(36)}`, project: 'bench', template, parameters: {}, ttl: '1h', recipe };
};

await onServers(
  async (bench) => {
    const { temporal, workerKubeconfig } = bench.servers;
    const kubeConfig = new KubeConfig();
    kubeConfig.loadFromFile(workerKubeconfig);
    const cluster = await connectCluster(kubeConfig);
    const [connection, native] = await Promise.all([
      Connection.connect({ address: temporal }),
      NativeConnection.connect({ address: temporal }),
    ]);
    const client = new Client({ connection });
    const { activities, contenders: others } = designs(client, cluster, QUEUE, specification);
    const worker = await LeanWorker.create({
      connection: native,
      taskQueue: QUEUE,
      workflowsPath: fileURLToPath(new URL('./workflows.ts', import.meta.url)),
      activities,
    });
    await worker.runUntil(async () => {
      const contenders = contendersOn(bench, client, cluster, QUEUE, specification);
      const rows = await compare({ ...contenders, ...(WITH_DESIGNS && others) });
      report(rows, await breakdownOf(bench, client, cluster, specification));
    });
    await Promise.all([connection.close(), native.close(), cluster.close()]);
  },
  { dynamicConfig },
);
