import type { KubeConfig } from '@kubernetes/client-node';
import { type Agent, request } from 'undici';
import { agentFor } from '../../src/cluster/agent.ts';

/** What the apiserver has counted of what it was asked for. */
export interface Counted {
  /** Requests that write, by verb and resource. Leases are left out: servers renew them whatever happens. */
  writes: Record<string, number>;
  /** How many merge patches of namespaces there were, and what it worked on them in all, in milliseconds. */
  patches: number;
  patchesMs: number;
}

const WRITE = /^apiserver_request_total\{.*verb="(POST|PUT|PATCH|APPLY|DELETE|DELETECOLLECTION)"/;
const PATCHES =
  /^apiserver_request_duration_seconds_(count|sum)\{.*resource="namespaces".*subresource="".*verb="PATCH"/;

/** Reads the metrics of a cluster's apiserver, as an administrator. */
export class Apiserver {
  readonly #url: string;
  readonly #token: string;
  readonly #agent: Agent;

  private constructor(url: string, token: string, agent: Agent) {
    this.#url = url;
    this.#token = token;
    this.#agent = agent;
  }

  static async of(kubeConfig: KubeConfig): Promise<Apiserver> {
    const [server, token] = [kubeConfig.getCurrentCluster()?.server, kubeConfig.getCurrentUser()?.token];
    if (server === undefined || token === undefined) throw new Error('The kubeconfig has a server and a token.');
    return new Apiserver(server, token, await agentFor(kubeConfig, 1));
  }

  async counted(): Promise<Counted> {
    const headers = { authorization: `Bearer ${this.#token}` };
    const { body } = await request(`${this.#url}/metrics`, { dispatcher: this.#agent, headers });
    const counted: Counted = { writes: {}, patches: 0, patchesMs: 0 };
    for (const line of (await body.text()).split('\n')) {
      const value = Number(line.slice(line.lastIndexOf(' ')));
      const [, verb] = WRITE.exec(line) ?? [];
      const [, what] = PATCHES.exec(line) ?? [];
      if (verb !== undefined && label(line, 'resource') !== 'leases') {
        const name = nameOf(verb, line);
        counted.writes[name] = (counted.writes[name] ?? 0) + value;
      }
      if (what === 'count') counted.patches += value;
      if (what === 'sum') counted.patchesMs += 1000 * value;
    }
    return counted;
  }

  close(): Promise<void> {
    return this.#agent.destroy();
  }
}

/** What was counted between two moments. */
export function between(before: Counted, after: Counted): Counted {
  const writes = Object.entries(after.writes).map(
    ([name, count]) => [name, count - (before.writes[name] ?? 0)] as const,
  );
  return {
    writes: Object.fromEntries(writes.filter(([, count]) => count > 0)),
    patches: after.patches - before.patches,
    patchesMs: after.patchesMs - before.patchesMs,
  };
}

/** All writes together. */
export function sumOf({ writes }: Counted): number {
  return Object.values(writes).reduce((sum, count) => sum + count, 0);
}

/** Such as `PATCH namespaces`, and with the status where it was refused. */
function nameOf(verb: string, line: string): string {
  const [resource, subresource, code] = [label(line, 'resource'), label(line, 'subresource'), label(line, 'code')];
  const what = [resource, subresource].filter((part) => part !== '').join('/');
  return code.startsWith('2') ? `${verb} ${what}` : `${verb} ${what} (${code})`;
}

function label(line: string, name: string): string {
  return new RegExp(`[{,]${name}="([^"]*)"`).exec(line)?.[1] ?? '';
}
