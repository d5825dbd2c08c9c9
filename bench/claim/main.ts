// Claims of warm slots: one at a time, in bursts, and arriving by the clock; beside a bare update-with-start and a cold start
// of the same template. One run, one machine; the figures to look at are ratios, and how many writes a claim takes.
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { KubeConfig } from '@kubernetes/client-node';
import { Client, Connection } from '@temporalio/client';
import { DefaultLogger, NativeConnection, Runtime } from '@temporalio/worker';
import { connectCluster } from '../../src/cluster/client.ts';
import { progressOn } from '../../src/local/progress.ts';
import { onServers } from '../servers.ts';
import { Apiserver } from './apiserver.ts';
import { bareWorker } from './bare-update.ts';
import { measureAll } from './measurements.ts';
import { People } from './people.ts';
import { Pool } from './pool.ts';
import { report } from './report.ts';
import { FULL, QUICK, REAL } from './sizes.ts';
import { layOutTemplates } from './templates.ts';

const IS_REAL = /--node[= ]real/.test(process.argv.join(' '));
const sizes = IS_REAL ? REAL : process.argv.includes('--quick') ? QUICK : FULL;
const of = IS_REAL
  ? `${sizes.template}, made to ask for little, on a real node`
  : `${sizes.template}, on a simulated node`;

Runtime.install({ logger: new DefaultLogger('WARN') });
const directory = mkdtempSync(join(tmpdir(), 'berth-bench-templates-'));
const templates = join(directory, 'templates');
await layOutTemplates(templates, sizes.template, IS_REAL);

try {
  await onServers(
    async (bench) => {
      const { temporal, temporalMetrics = '', adminKubeconfig } = bench.servers;
      const kubeConfig = new KubeConfig();
      kubeConfig.loadFromFile(adminKubeconfig);
      const [cluster, apiserver, connection, native] = await Promise.all([
        connectCluster(kubeConfig),
        Apiserver.of(kubeConfig),
        Connection.connect({ address: temporal }),
        NativeConnection.connect({ address: temporal }),
      ]);
      const client = new Client({ connection });
      const progress = progressOn(process.stderr);
      const pool = new Pool(bench, client, cluster, sizes.template, progress);
      const scene = { people: new People(bench), pool, apiserver, client, temporalMetrics, progress };
      const worker = await bareWorker(native);
      await worker.runUntil(async () => report(of, await measureAll(scene, sizes)));
      await Promise.all([connection.close(), native.close(), cluster.close(), apiserver.close()]);
    },
    { node: IS_REAL ? 'real' : 'simulated', templates },
  );
} finally {
  rmSync(directory, { recursive: true, force: true });
}
