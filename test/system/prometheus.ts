import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { closeSync, copyFileSync, mkdirSync, openSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, vi } from 'vitest';
import { parse, stringify } from 'yaml';
import { choosePorts, LOOPBACK } from '../../src/local/ports.ts';
import { lastLines } from '../../src/local/processes/server-log.ts';
import { REPOSITORY } from '../../src/local/repository.ts';

export const RULES = join(REPOSITORY, 'deploy', 'prometheus', 'berth-alerts.yml');
const CONFIGURATION = join(REPOSITORY, 'deploy', 'prometheus', 'prometheus.yml');

const STARTED_MS = 60_000;
/** So that a rate is known within seconds. */
const INTERVAL = '1s';

/** Where the servers are that it reads, by the job that this repository's configuration has for them. */
export type Targets = Readonly<Record<'berth-api' | 'berth-worker' | 'temporal', readonly string[]>>;

/** A rule as Prometheus has loaded it. */
export interface LoadedRule {
  name: string;
  query: string;
  type: 'alerting' | 'recording';
  health: string;
  lastError?: string;
}

interface Configuration {
  global: object;
  rule_files: string[];
  scrape_configs: { job_name: keyof Targets; static_configs: { targets: readonly string[] }[] }[];
}

/** Debian's Prometheus, configured as this repository ships it, but for where the servers are and how often it asks. */
export class Prometheus {
  readonly #url: string;
  readonly #child: ChildProcess;

  private constructor(address: string, child: ChildProcess) {
    this.#url = `http://${address}/api/v1`;
    this.#child = child;
  }

  /** Starts it, and waits until it has read every target. */
  static async start(targets: Targets, parent: string): Promise<Prometheus> {
    const directory = join(parent, 'prometheus');
    mkdirSync(directory);
    const { prometheus: port } = await choosePorts(join(directory, 'ports.json'), { prometheus: undefined });
    const address = `${LOOPBACK}:${port}`;
    const shipped: Configuration = parse(readFileSync(CONFIGURATION, 'utf8'));
    const jobs = shipped.scrape_configs.map((job) => ({
      ...job,
      static_configs: [{ targets: targets[job.job_name] }],
    }));
    const configuration = {
      ...shipped,
      global: { scrape_interval: INTERVAL, evaluation_interval: INTERVAL },
      scrape_configs: jobs,
    };
    writeFileSync(join(directory, 'prometheus.yml'), stringify(configuration));
    copyFileSync(RULES, join(directory, 'berth-alerts.yml'));
    const log = join(directory, 'log');
    const output = openSync(log, 'a', 0o600);
    const files = [`--config.file=${directory}/prometheus.yml`, `--storage.tsdb.path=${directory}/data`];
    const child = spawn('prometheus', [...files, `--web.listen-address=${address}`], {
      env: { PATH: process.env.PATH },
      stdio: ['ignore', output, output],
    });
    closeSync(output);
    const prometheus = new Prometheus(address, child);
    await vi.waitFor(
      async () => {
        if (child.exitCode !== null) throw new Error(`Prometheus ended:\n${lastLines(log).join('\n')}`);
        for (const job of Object.keys(targets)) expect(await prometheus.values(`up{job="${job}"}`)).toContain(1);
      },
      { timeout: STARTED_MS, interval: 500 },
    );
    return prometheus;
  }

  /** The values that a query has now; none where it has no data, or nothing that is a number. */
  async values(query: string): Promise<number[]> {
    const { result } = await this.#ask<{ result: { value: [number, string] }[] }>(
      `query?${new URLSearchParams({ query })}`,
    );
    return result.map(({ value: [, value] }) => Number(value)).filter((value) => !Number.isNaN(value));
  }

  /** All rules, as they were loaded and evaluated last. */
  async rules(): Promise<LoadedRule[]> {
    const { groups } = await this.#ask<{ groups: { rules: LoadedRule[] }[] }>('rules');
    return groups.flatMap(({ rules }) => rules);
  }

  /** The names of all series that it has read. */
  names(): Promise<string[]> {
    return this.#ask<string[]>('label/__name__/values');
  }

  /** The names of the labels that series of a metric have, and the values of each. */
  async labels(metric: string): Promise<Map<string, string[]>> {
    const of = new URLSearchParams({ 'match[]': metric });
    const names = await this.#ask<string[]>(`labels?${of}`);
    const values = names.map(async (name) => [name, await this.#ask<string[]>(`label/${name}/values?${of}`)] as const);
    return new Map(await Promise.all(values));
  }

  async #ask<T>(path: string): Promise<T> {
    const answer = await fetch(`${this.#url}/${path}`);
    const { status, data, error } = (await answer.json()) as { status: string; data: T; error?: string };
    if (status !== 'success') throw new Error(`Prometheus refused ${decodeURIComponent(path)}: ${error}`);
    return data;
  }

  async end(): Promise<void> {
    const ended = once(this.#child, 'exit');
    this.#child.kill('SIGTERM');
    await ended;
  }
}
