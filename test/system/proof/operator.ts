import { mkdtempSync } from 'node:fs';
import { join } from 'node:path';
import type { Client } from '@temporalio/client';
import { inject } from 'vitest';
import { choosePorts, LOOPBACK } from '../../../src/local/ports.ts';
import { BUILT_IN_TEMPLATES } from '../../../src/local/repository.ts';
import { ProductProcess } from '../../faults/product-process.ts';
import { newTemporalNamespace } from '../../faults/temporal-namespace.ts';
import { OUTSIDE } from '../outside.ts';

/** Berth as an operator has set it up for proofs: an address outside to try, and metrics. */
export class Operator {
  readonly temporal: Client;
  readonly #worker: ProductProcess;
  readonly #metrics: string;

  private constructor(temporal: Client, worker: ProductProcess, metrics: string) {
    this.temporal = temporal;
    this.#worker = worker;
    this.#metrics = metrics;
  }

  /** Starts a worker on the shared servers, in a Temporal namespace of its own. */
  static async setUp(): Promise<Operator> {
    const { temporal: address, workerKubeconfig, ownershipKeyFile, probeImage, stateDir } = inject('servers');
    const directory = mkdtempSync(join(stateDir, 'operator-'));
    const { metrics } = await choosePorts(join(directory, 'ports.json'), { metrics: undefined });
    const temporal = await newTemporalNamespace();
    const env = {
      BERTH_TEMPORAL_ADDRESS: address,
      BERTH_TEMPORAL_NAMESPACE: temporal.options.namespace,
      KUBECONFIG: workerKubeconfig,
      BERTH_OWNERSHIP_KEY_FILE: ownershipKeyFile,
      BERTH_TEMPLATES_DIR: BUILT_IN_TEMPLATES,
      BERTH_PROBE_IMAGE: probeImage,
      BERTH_PROBE_OUTSIDE: `${OUTSIDE}:443`,
      BERTH_METRICS_LISTEN: `${LOOPBACK}:${metrics}`,
    };
    const worker = await ProductProcess.start('worker', env, join(directory, 'worker.log'));
    return new Operator(temporal, worker, `http://${LOOPBACK}:${metrics}/metrics`);
  }

  metric(name: string): Promise<number | undefined> {
    return metricAt(this.#metrics, name);
  }

  async close(): Promise<void> {
    await Promise.all([this.#worker.end(), this.temporal.connection.close()]);
  }
}

/** The value of a metric, as Prometheus reads it; `undefined` where there is none. */
export async function metricAt(url: string, name: string): Promise<number | undefined> {
  const text = await (await fetch(url)).text();
  const value = new RegExp(`^${name}(?:\\{[^}]*\\})? (\\S+)$`, 'm').exec(text)?.[1];
  return value === undefined ? undefined : Number(value);
}
