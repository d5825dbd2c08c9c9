import { randomBytes } from 'node:crypto';
import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Client } from '@temporalio/client';
import { inject } from 'vitest';
import type { Environment } from '../../src/environment/environment.ts';
import type { Identity } from '../../src/environment/identity.ts';
import type { SweepReport } from '../../src/environment/sweep/report.ts';
import { choosePorts, LOOPBACK } from '../../src/local/ports.ts';
import { BUILT_IN_TEMPLATES } from '../../src/local/repository.ts';
import { type Answer, adminToken, call, status, terminate } from '../setup/client.ts';
import { newKeyFile } from '../setup/key-file.ts';
import type { ApiserverProxy } from './apiserver-proxy.ts';
import type { Scope } from './census.ts';
import { ProductProcess } from './product-process.ts';
import { proxyToSharedApiserver } from './shared-apiserver.ts';
import { defaultNamespaceAt, newTemporalNamespace } from './temporal-namespace.ts';

const POLL_MS = 100;
const SETTLED_MS = 60_000;
/** The `terminationGracePeriodSeconds` of pods that name none. */
const POD_GRACE_MS = 30_000;

/** What a stage does not share with others. */
export interface StageOptions {
  /** An installation of its own: what others have made is foreign to it. */
  readonly ownKey?: boolean;
  /** The address of a Temporal server of its own. */
  readonly ownTemporal?: string;
}

/**
 * A Temporal namespace with workers and API servers of its own, on the shared servers: all of it can be broken, and
 * counted. Its workers reach the cluster through a proxy that does what the test says.
 */
export class Stage {
  /** What the names of its developers begin with. */
  readonly developers = `f${randomBytes(4).toString('hex')}`;
  readonly temporal: Client;
  readonly proxy: ApiserverProxy;
  /** The starts that were accepted, as they were answered. */
  readonly accepted: Environment[] = [];
  /** The URLs of its API servers. */
  readonly apis: string[] = [];
  /** The key by which its workers know what is theirs. */
  readonly ownershipKeyFile: string;
  readonly #temporalAddress: string;
  readonly #token: string;
  /** Where its files are, until it closes. */
  readonly directory: string;
  readonly #processes = new Map<string, ProductProcess>();
  readonly #metrics = new Map<string, string>();

  private constructor(parts: {
    directory: string;
    temporal: Client;
    temporalAddress: string;
    ownershipKeyFile: string;
    proxy: ApiserverProxy;
    token: string;
  }) {
    this.directory = parts.directory;
    this.#temporalAddress = parts.temporalAddress;
    this.ownershipKeyFile = parts.ownershipKeyFile;
    this.temporal = parts.temporal;
    this.proxy = parts.proxy;
    this.#token = parts.token;
  }

  /** Sets it up, still without API servers and workers. */
  static async setUp({ ownKey = false, ownTemporal }: StageOptions = {}): Promise<Stage> {
    const servers = inject('servers');
    const directory = mkdtempSync(join(servers.stateDir, 'stage-'));
    mkdirSync(join(directory, 'tmp'));
    const [proxy, temporal, token] = await Promise.all([
      proxyToSharedApiserver('worker', directory),
      ownTemporal === undefined ? newTemporalNamespace() : defaultNamespaceAt(ownTemporal),
      adminToken(),
    ]);
    const ownershipKeyFile = ownKey ? newKeyFile(directory) : servers.ownershipKeyFile;
    const temporalAddress = ownTemporal ?? servers.temporal;
    return new Stage({ directory, temporal, temporalAddress, ownershipKeyFile, proxy, token });
  }

  /**
   * Starts a worker; the proxy notes its requests under its name.
   * @param checkout the code that it runs, where that is not today's
   */
  async startWorker(name: string, variables: Readonly<Record<string, string>> = {}, checkout?: string): Promise<void> {
    await this.#launch(name, 'worker', { ...this.variablesOfWorker(name), ...variables }, checkout);
  }

  /** What a worker of this name is told by its environment. */
  variablesOfWorker(name: string): Record<string, string> {
    return {
      ...this.#variables,
      KUBECONFIG: this.proxy.kubeconfigFor(name),
      BERTH_OWNERSHIP_KEY_FILE: this.ownershipKeyFile,
      BERTH_TEMPLATES_DIR: BUILT_IN_TEMPLATES,
    };
  }

  /** The same, and has it tell its metrics at the address that {@link metricsOf} asks. */
  async startMeasuredWorker(name: string, variables: Readonly<Record<string, string>> = {}): Promise<void> {
    await this.startWorker(name, { ...(await this.#measured(name)), ...variables });
  }

  /** The names of the workers that are measured and run. */
  get measuredWorkers(): string[] {
    return [...this.#metrics.keys()].filter((name) => this.#processes.has(name));
  }

  /** Where a worker or API server tells Prometheus what it does: host and port. */
  metricsAddress(name: string): string {
    return new URL(this.#metrics.get(name) ?? '').host;
  }

  /** What a worker or API server tells Prometheus. */
  async metricsOf(name: string): Promise<string> {
    return await (await fetch(this.#metrics.get(name) ?? '')).text();
  }

  /** `kill -9` for a worker. */
  async killWorker(name: string): Promise<void> {
    await this.#processes.get(name)?.kill();
    this.#processes.delete(name);
  }

  /**
   * Ends a worker as a supervisor does.
   * @returns its exit code; null where it had to be killed
   */
  async endWorker(name: string): Promise<number | null> {
    const code = await this.#processes.get(name)?.end();
    this.#processes.delete(name);
    return code ?? null;
  }

  /** Tells a worker to end, and is gone before it has, which is told. @returns its exit code */
  async abandonWorker(name: string, onGone: () => void): Promise<number | null> {
    const code = await this.#processes.get(name)?.abandon(onGone);
    this.#processes.delete(name);
    return code ?? null;
  }

  /** Starts one more API server; or one that was killed, by its index, at the address that it had. */
  async startApi(variables: Readonly<Record<string, string>> = {}, index = this.apis.length): Promise<void> {
    const name = `api-${index}`;
    const { [name]: port } = await choosePorts(join(this.directory, 'ports.json'), { [name]: undefined });
    await this.#launch(name, 'api', {
      BERTH_LISTEN: `${LOOPBACK}:${port}`,
      BERTH_TOKENS_FILE: inject('servers').tokensFile,
      BERTH_TEMPLATES_DIR: BUILT_IN_TEMPLATES,
      BERTH_LOG_LEVEL: 'warn',
      ...variables,
    });
    this.apis[index] = `http://${LOOPBACK}:${port}`;
  }

  /** The same, and has it tell its metrics, as `api-<index>`. */
  async startMeasuredApi(variables: Readonly<Record<string, string>> = {}): Promise<void> {
    await this.startApi({ ...(await this.#measured(`api-${this.apis.length}`)), ...variables });
  }

  /** `kill -9` for an API server. */
  killApi(index: number): Promise<void> {
    return this.killWorker(`api-${index}`);
  }

  /**
   * Ends an API server as Kubernetes does, which gives it longer.
   * @returns its exit code; null where it had to be killed
   */
  async endApi(index: number): Promise<number | null> {
    const code = await this.#processes.get(`api-${index}`)?.end(POD_GRACE_MS);
    this.#processes.delete(`api-${index}`);
    return code ?? null;
  }

  /** An environment of a developer whom nobody knows yet. */
  environment(developer: string): Identity {
    return { dev_id: `${this.developers}-${developer}`, project: 'shop' };
  }

  /** Asks for an environment, and notes the request where it is accepted. */
  async start(
    request: Identity & { template?: string; ttl?: string; parameters?: Record<string, string> },
    { headers, api = this.apis[0] }: { headers?: Record<string, string>; api?: string | undefined } = {},
  ): Promise<Answer> {
    const answer = await call(this.#token, 'POST', '/environments/start', {
      body: request,
      ...(headers && { headers }),
      ...(api !== undefined && { api }),
    });
    if ([200, 202].includes(answer.status)) this.accepted.push(answer.body);
    return answer;
  }

  terminate(identity: Identity, headers: Record<string, string> = {}): Promise<Answer> {
    return terminate(this.#token, identity, headers, this.#anApi);
  }

  /** Puts to sleep, or wakes. */
  ask(verb: 'sleep' | 'wake', body: Identity, headers: Record<string, string> = {}): Promise<Answer> {
    return call(this.#token, 'POST', `/environments/${verb}`, { body, headers, ...this.#anApi });
  }

  /** Compares what exists with what is known. */
  async sweep({ dryRun = false } = {}): Promise<SweepReport> {
    const path = `/sweep?dry_run=${dryRun}`;
    const { status, body } = await call<SweepReport>(this.#token, 'POST', path, this.#anApi);
    if (status !== 200) throw new Error(`It could not be swept: ${JSON.stringify(body)}`);
    return body;
  }

  async status(identity: Identity): Promise<Answer['body']> {
    return (await status(this.#token, identity, this.#anApi)).body;
  }

  /**
   * Waits until an environment is ready, failed or terminated, and shows it then; or as it is when the wait is over.
   * @param deadline in milliseconds since the epoch
   */
  async settled(identity: Identity, deadline = Date.now() + SETTLED_MS): Promise<Answer['body']> {
    for (;;) {
      const shown = await this.status(identity);
      if (['ready', 'failed', 'terminated'].includes(shown.state) || Date.now() > deadline) return shown;
      await sleep(POLL_MS);
    }
  }

  /** A running process, and the file of its output. */
  processOf(name: string): { pid: number; log: string } {
    return { pid: this.#processes.get(name)?.pid ?? Number.NaN, log: this.#logOf(name) };
  }

  /** What a census here is taken of: all of it, the processes too; or what is of one developer. */
  scope(developer?: string): Scope {
    const { temporal, accepted } = this;
    const { adminKubeconfig, stateDir } = inject('servers');
    const shared = { temporal, accepted, adminKubeconfig, etcdDirectory: join(stateDir, 'etcd') };
    if (developer !== undefined) return { ...shared, developers: developer };
    const temporaryDirectories = [join(this.directory, 'tmp')];
    return { ...shared, developers: this.developers, processesOf: this.directory, temporaryDirectories };
  }

  /** Ends its workers and API servers, so that a census may count processes. */
  async endProcesses(): Promise<void> {
    await Promise.all([...this.#processes.values()].map((process) => process.end()));
    this.#processes.clear();
  }

  async close(): Promise<void> {
    await this.endProcesses();
    await Promise.all([this.proxy.close(), this.temporal.connection.close()]);
    rmSync(this.directory, { recursive: true });
  }

  get #anApi(): { api?: string } {
    const [api] = this.apis;
    return api === undefined ? {} : { api };
  }

  get #variables(): Record<string, string> {
    return {
      BERTH_TEMPORAL_ADDRESS: this.#temporalAddress,
      BERTH_TEMPORAL_NAMESPACE: this.temporal.options.namespace,
      TMPDIR: join(this.directory, 'tmp'),
    };
  }

  async #measured(name: string): Promise<Record<string, string>> {
    const { [name]: port } = await choosePorts(join(this.directory, 'metrics.json'), { [name]: undefined });
    this.#metrics.set(name, `http://${LOOPBACK}:${port}/metrics`);
    return { BERTH_METRICS_LISTEN: `${LOOPBACK}:${port}` };
  }

  #logOf(name: string): string {
    return join(this.directory, `${name}.log`);
  }

  async #launch(name: string, part: 'worker' | 'api', env: NodeJS.ProcessEnv, checkout?: string): Promise<void> {
    const started = await ProductProcess.start(part, { ...this.#variables, ...env }, this.#logOf(name), checkout);
    this.#processes.set(name, started);
  }
}
