import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { Agent, createServer, type Server } from 'node:https';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { writeKubeconfig } from '../../src/local/control-plane/kubeconfig.ts';
import { LOOPBACK } from '../../src/local/ports.ts';
import { type Apiserver, Exchange, type ProxiedRequest } from './exchange.ts';
import type { Fault } from './faults.ts';
import { requestInfo } from './request-info.ts';

/** Requests that are alike in all that is given. */
export type Pattern = Partial<Pick<ProxiedRequest, 'caller' | 'method' | 'resource' | 'namespace' | 'name'>>;
/** Which requests a fault is for. */
export type Matcher = Pattern | ((request: ProxiedRequest) => boolean);

export interface ApiserverProxyOptions {
  /** The real apiserver's URL. */
  readonly apiserver: string;
  /** Where the real apiserver keeps its certificate. This proxy shows it too, and is trusted where it is of 127.0.0.1. */
  readonly certificates: string;
  /** The token that its kubeconfigs give: the clients' account. */
  readonly tokenFile: string;
  /** Where its kubeconfigs go. */
  readonly directory: string;
}

/** A fault that waits for its requests. */
export interface Rule {
  readonly matches: (request: ProxiedRequest) => boolean;
  readonly fault: Fault;
  /** To how many requests it is still to be done. */
  left: number;
}

/** Stands before the real apiserver, speaks TLS as it does, notes every request and does to it what the test says. */
export class ApiserverProxy {
  /** All requests, in the order in which they came. */
  readonly requests: ProxiedRequest[] = [];
  readonly #options: ApiserverProxyOptions;
  readonly #apiserver: Apiserver;
  readonly #certificate: Buffer;
  readonly #server: Server;
  #port = 0;
  #rules: Rule[] = [];

  /** Use {@link ApiserverProxy.start}. */
  private constructor(options: ApiserverProxyOptions) {
    this.#options = options;
    this.#certificate = readFileSync(join(options.certificates, 'apiserver.crt'));
    const key = readFileSync(join(options.certificates, 'apiserver.key'));
    const agent = new Agent({ keepAlive: true, ca: this.#certificate });
    this.#apiserver = { url: new URL(options.apiserver), agent };
    this.#server = createServer({ cert: this.#certificate, key }, (message, response) => {
      void this.#handle(message, response);
    });
  }

  static async start(options: ApiserverProxyOptions): Promise<ApiserverProxy> {
    const proxy = new ApiserverProxy(options);
    await proxy.accept();
    return proxy;
  }

  /** Writes a kubeconfig that leads through this proxy; requests by it are noted as this caller's. */
  kubeconfigFor(caller: string): string {
    const file = join(this.#options.directory, `${caller}.kubeconfig`);
    const cluster = {
      server: `https://${LOOPBACK}:${this.#port}/${caller}`,
      'certificate-authority-data': this.#certificate.toString('base64'),
    };
    writeKubeconfig(file, { cluster, user: { tokenFile: this.#options.tokenFile } });
    return file;
  }

  /** Does a fault to the next requests of a kind, so many times. The rule made first comes first. */
  on(matcher: Matcher, fault: Fault, times = Number.POSITIVE_INFINITY): Rule {
    const rule = { matches: predicate(matcher), fault, left: times };
    this.#rules.push(rule);
    return rule;
  }

  /** Forgets all rules. What is held stays held. */
  clear(): void {
    this.#rules = [];
  }

  /** From here on nobody can connect, and who is connected is not any more. */
  async refuse(): Promise<void> {
    const closed = once(this.#server, 'close');
    this.#server.close();
    this.#server.closeAllConnections();
    await closed;
  }

  /** Serves, after a {@link refuse} at the same address as before. */
  async accept(): Promise<void> {
    this.#server.listen(this.#port, LOOPBACK);
    await once(this.#server, 'listening');
    this.#port = (this.#server.address() as AddressInfo).port;
  }

  async close(): Promise<void> {
    if (this.#server.listening) await this.refuse();
    this.#apiserver.agent.destroy();
  }

  async #handle(message: IncomingMessage, response: ServerResponse): Promise<void> {
    try {
      const [body, target] = [Buffer.concat(await message.toArray()), new URL(message.url ?? '', 'https://proxy')];
      const [, caller = '', ...rest] = target.pathname.split('/');
      const path = `/${rest.join('/')}`;
      const { method = '', headers } = message;
      const request = { caller, method, path, query: target.search, at: Date.now(), ...requestInfo(path, body) };
      this.requests.push(request);
      const exchange = new Exchange(request, { headers, body, apiserver: this.#apiserver }, response);
      await (this.#faultFor(request) ?? pass)(exchange);
    } catch {
      // One of the two ends has gone: the other is to see no more than that.
      response.destroy();
    }
  }

  #faultFor(request: ProxiedRequest): Fault | undefined {
    const rule = this.#rules.find(({ left, matches }) => left > 0 && matches(request));
    if (rule) rule.left -= 1;
    return rule?.fault;
  }
}

const pass: Fault = (exchange) => exchange.pass();

function predicate(matcher: Matcher): (request: ProxiedRequest) => boolean {
  if (typeof matcher === 'function') return matcher;
  const wanted = Object.entries(matcher);
  return (request) => wanted.every(([key, value]) => request[key as keyof ProxiedRequest] === value);
}
