import { once } from 'node:events';
import type { IncomingHttpHeaders, IncomingMessage, ServerResponse } from 'node:http';
import { type Agent, request } from 'node:https';
import { pipeline } from 'node:stream/promises';
import { setTimeout as sleep } from 'node:timers/promises';
import type { RequestInfo } from './request-info.ts';

/** A request as the proxy saw it. */
export interface ProxiedRequest extends RequestInfo {
  /** Whose kubeconfig it came by. */
  readonly caller: string;
  readonly method: string;
  readonly path: string;
  readonly query: string;
  /** When it came, in milliseconds since the epoch. */
  readonly at: number;
  /** What the apiserver answered last; `undefined` where it has not been asked, or not answered. */
  status?: number;
}

/** What the apiserver, or a fault in its place, answers. */
export interface Answer {
  readonly status: number;
  readonly headers: IncomingHttpHeaders;
  readonly body: Buffer;
}

/** The real apiserver. */
export interface Apiserver {
  readonly url: URL;
  readonly agent: Agent;
}

/** One request between a client and the apiserver, in the hands of a fault. */
export class Exchange {
  readonly request: ProxiedRequest;
  readonly #headers: IncomingHttpHeaders;
  readonly #body: Buffer;
  readonly #apiserver: Apiserver;
  readonly #response: ServerResponse;

  constructor(
    request: ProxiedRequest,
    { headers, body, apiserver }: { headers: IncomingHttpHeaders; body: Buffer; apiserver: Apiserver },
    response: ServerResponse,
  ) {
    this.request = request;
    this.#headers = headers;
    this.#body = body;
    this.#apiserver = apiserver;
    this.#response = response;
  }

  /** Whether the client has gone without an answer. */
  get isGivenUp(): boolean {
    return this.#response.closed;
  }

  /** Has the apiserver do it, whether or not the client still waits. Done again, it is asked again. */
  async forward(): Promise<Answer> {
    const answer = await this.#send();
    const chunks = (await answer.toArray()) as Buffer[];
    return { status: answer.statusCode ?? 0, headers: answer.headers, body: Buffer.concat(chunks) };
  }

  /** Passes it on, and the answer back as it comes, so that watches work. A client that leaves ends it. */
  async pass(): Promise<void> {
    const left = new AbortController();
    this.#response.once('close', () => left.abort());
    const answer = await this.#send(left.signal);
    this.#response.writeHead(answer.statusCode ?? 0, answer.headers);
    this.#response.flushHeaders();
    await pipeline(answer, this.#response);
  }

  /** Passes it on as it comes, for so long. Then it is cut; or nothing comes any more, and neither side is told. */
  async passFor(ms: number, then: 'cut' | 'silence'): Promise<void> {
    const giveUp = new AbortController();
    await this.passUntil(sleep(ms, undefined, { signal: giveUp.signal }), then).finally(() => giveUp.abort());
  }

  /** The same until something has happened. */
  async passUntil(event: Promise<unknown>, then: 'cut' | 'silence'): Promise<void> {
    const left = new AbortController();
    const closed = once(this.#response, 'close');
    void closed.then(() => left.abort());
    const answer = await this.#send(left.signal);
    this.#response.writeHead(answer.statusCode ?? 0, answer.headers);
    this.#response.flushHeaders();
    let isOver = false;
    void event.then(
      () => {
        isOver = true;
        if (then === 'cut') this.cut();
      },
      () => undefined,
    );
    answer.on('data', (chunk) => isOver || this.#response.write(chunk));
    answer.on('end', () => isOver || this.#response.end());
    answer.on('error', () => isOver || this.cut());
    await closed;
  }

  /** Answers the client. */
  reply({ status, headers, body }: Answer): void {
    const { 'transfer-encoding': _, ...kept } = headers;
    this.#response.writeHead(status, { ...kept, 'content-length': body.length });
    this.#response.end(body);
  }

  /** Closes the connection without an answer. */
  cut(): void {
    this.#response.destroy();
  }

  async #send(signal?: AbortSignal): Promise<IncomingMessage> {
    const { url, agent } = this.#apiserver;
    const { method, path, query } = this.request;
    const { 'transfer-encoding': _, ...headers } = this.#headers;
    const answer = await new Promise<IncomingMessage>((resolve, reject) => {
      const sent = request(
        new URL(`${path}${query}`, url),
        {
          method,
          agent,
          headers: {
            ...headers,
            host: url.host,
            ...(this.#body.length > 0 && { 'content-length': this.#body.length }),
          },
          ...(signal && { signal }),
        },
        resolve,
      );
      sent.once('error', reject);
      sent.end(this.#body);
    });
    this.request.status = answer.statusCode ?? 0;
    return answer;
  }
}
