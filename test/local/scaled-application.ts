import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { expect, inject, onTestFinished } from 'vitest';
import type { ServerKind } from '../../src/capacity/servers/observed.ts';
import type { ServersReport } from '../../src/capacity/servers/report.ts';
import { startApplication } from '../../src/local/application.ts';
import { choosePorts } from '../../src/local/ports.ts';
import { ProcessRecords } from '../../src/local/processes/records.ts';
import { Supervisor } from '../../src/local/processes/supervisor.ts';
import type { CapacityNow } from '../../src/temporal/capacity-now.ts';
import { planNow } from '../../src/temporal/capacity-schedule.ts';
import { Stage } from '../faults/stage.ts';
import { adminToken, call } from '../setup/client.ts';

/** A plan that comes sooner is no round of its own. */
export const ROUND_MS = 10_500;

/** Workers and API servers that are scaled as `npm start` does it, on a stage of their own. */
export class ScaledApplication {
  readonly stage: Stage;
  readonly supervisor: Supervisor;
  readonly token: string;
  /** The URL that all its API servers share. */
  readonly api: string;
  /** What operators were told. */
  readonly said: readonly string[];

  private constructor(parts: Pick<ScaledApplication, 'stage' | 'supervisor' | 'token' | 'api' | 'said'>) {
    this.stage = parts.stage;
    this.supervisor = parts.supervisor;
    this.token = parts.token;
    this.api = parts.api;
    this.said = parts.said;
  }

  /** Starts one of each, and ends them with the test. */
  static async start(apiVariables: Readonly<Record<string, string>> = {}): Promise<ScaledApplication> {
    const stage = await Stage.setUp({ ownKey: true });
    const supervisor = new Supervisor(stage.directory);
    onTestFinished(async () => {
      await supervisor.stop();
      await stage.close();
    });
    const { temporal, tokensFile } = inject('servers');
    const { api: port } = await choosePorts(join(stage.directory, 'scaled-ports.json'), { api: undefined });
    const said: string[] = [];
    const api = await startApplication({
      supervisor,
      servers: {
        ...{ temporal, workerKubeconfig: stage.proxy.kubeconfigFor('worker') },
        ...{ ownershipKeyFile: stage.ownershipKeyFile, imagesFile: undefined, probeImage: undefined },
      },
      temporalNamespace: stage.temporal.options.namespace,
      ...{ tokensFile, port, apiVariables },
      workerVariables: { BERTH_SWEEP_EVERY: 'never' },
      scales: true,
      say: (sentence) => said.push(sentence),
    });
    return new ScaledApplication({ stage, supervisor, token: await adminToken(), api, said });
  }

  /** The names of those that run. */
  names(part: 'worker' | 'api'): string[] {
    return [...new ProcessRecords(this.stage.directory).running().keys()].filter((name) => name.startsWith(part));
  }

  running(part: 'worker' | 'api'): number {
    return this.names(part).length;
  }

  /** The process of one that runs; `undefined` where it does not. */
  pidOf(name: string): number | undefined {
    return new ProcessRecords(this.stage.directory).running().get(name)?.pid;
  }

  /** What one has said since it was started, whether or not it still runs. */
  logOf(name: string): string {
    return readFileSync(this.supervisor.logFile(name), 'utf8');
  }

  /** Sets between which numbers there are, with a single quiet round before there are fewer. */
  async limit(servers: Record<ServerKind, { floor: number; ceiling: number }>): Promise<void> {
    const { workers, api } = servers;
    const body = { servers: { workers: { ...workers, quiet_rounds: 1 }, api: { ...api, quiet_rounds: 1 } } };
    expect((await call(this.token, 'PUT', '/capacity', { api: this.api, body })).status).toBe(200);
  }

  async reported(kind: ServerKind): Promise<ServersReport | undefined> {
    const { body } = await call<CapacityNow>(this.token, 'GET', '/capacity', { api: this.api });
    return body.report?.servers?.find((one) => one.kind === kind);
  }

  /** Has one plan made after the other, each after so many milliseconds, until it is so; or so many were made. */
  async planUntil(isSo: () => boolean, most: number, everyMs: number): Promise<void> {
    for (let plans = 0; plans < most && !isSo(); plans++) {
      await sleep(everyMs);
      await planNow(this.stage.temporal);
    }
  }

  /**
   * Asks all the time whether somebody is there, each time by a connection of its own: of one that goes, too.
   * @returns ends that, and tells what else there was than answers
   */
  keepAsking(): () => Promise<string[]> {
    const unanswered: string[] = [];
    let isAsking = true;
    const asking = (async () => {
      for (; isAsking; await sleep(100)) {
        const answer = await fetch(`${this.api}/health/live`, { headers: { connection: 'close' } }).catch(String);
        if (typeof answer === 'string' || answer.status !== 200) unanswered.push(String(answer));
      }
    })();
    return async () => {
      isAsking = false;
      await asking;
      return unanswered;
    };
  }
}
