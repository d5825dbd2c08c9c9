import { AsyncLocalStorage } from 'node:async_hooks';
import { type Configuration, createConfiguration, type KubeConfig, ServerConfiguration } from '@kubernetes/client-node';
import type { Agent } from 'undici';
import { agentFor } from './agent.ts';
import { ClusterError, classify } from './errors.ts';
import { Turns } from './turns.ts';

export interface TransportOptions {
  /** Connections kept open to the apiserver. @default 16 */
  connections?: number;
  /** How long one call may take once it has a connection, in milliseconds. @default 10_000 */
  deadlineMs?: number;
  /** Is told of each call, once it has ended. */
  onCall?: (call: EndedCall) => void;
}

/** What is done by a call to the apiserver. */
export type Verb = 'create' | 'apply' | 'merge' | 'read' | 'list' | 'delete' | 'mint' | 'scale';

/** A call to the apiserver that has ended. */
export interface EndedCall {
  verb: Verb;
  /** The HTTP status; or why there was none. */
  status: number | 'no-answer' | 'cancelled';
  /** How long it waited for its turn, in milliseconds. */
  waitedMs: number;
  /** How long it took then, in milliseconds. */
  tookMs: number;
}

/** What a call adds to the library's own request. */
interface CallContext {
  signal: AbortSignal;
  query: Record<string, string>;
  /** In which form the answer is wanted; without it, as the library asks for it. */
  accept?: string | undefined;
  /** Of its answer, once it is there. */
  status?: number;
}

const CANCELLED = 'The call to the apiserver was cancelled.';

/** How one call is made: over connections that are shared and kept open, in its turn, within its time, and never after it is cancelled. */
export class Transport {
  /** By which the library makes its requests. */
  readonly configuration: Configuration;
  readonly #agent: Agent;
  readonly #deadlineMs: number;
  /** Where each answer takes seconds, calls would else be given up before they were made, and made again. */
  readonly #turns: Turns;
  readonly #onCall: (call: EndedCall) => void;
  readonly #context = new AsyncLocalStorage<CallContext>();

  private constructor(
    kubeConfig: KubeConfig,
    server: string,
    agent: Agent,
    { connections, deadlineMs, onCall }: Required<TransportOptions>,
  ) {
    this.#agent = agent;
    this.#turns = new Turns(connections);
    this.#deadlineMs = deadlineMs;
    this.#onCall = onCall;
    this.configuration = createConfiguration({
      baseServer: new ServerConfiguration(server, {}),
      authMethods: { default: kubeConfig },
      promiseMiddleware: [
        {
          // The library would open a connection for each request, and has no time-out of its own.
          pre: (request) => {
            const context = this.#context.getStore();
            request.setDispatcher(this.#agent);
            // The apiserver gives up when we do, so that no write is done long after it was reported as failed.
            request.setQueryParam('timeout', `${Math.ceil(deadlineMs / 1000)}s`);
            for (const [name, value] of Object.entries(context?.query ?? {})) request.setQueryParam(name, value);
            if (context?.accept !== undefined) request.setHeaderParam('Accept', context.accept);
            if (context) request.setSignal(context.signal);
            return Promise.resolve(request);
          },
          post: (response) => {
            const context = this.#context.getStore();
            if (context) context.status = response.httpStatusCode;
            return Promise.resolve(response);
          },
        },
      ],
    });
  }

  /**
   * Prepares it for the kubeconfig's current context. Opens no connection yet.
   * @throws Error where that context names no cluster
   */
  static async to(
    kubeConfig: KubeConfig,
    { connections = 16, deadlineMs = 10_000, onCall = () => undefined }: TransportOptions,
  ): Promise<Transport> {
    const server = kubeConfig.getCurrentCluster()?.server;
    if (server === undefined) throw new Error('The kubeconfig names no cluster: set its current-context.');
    const agent = await agentFor(kubeConfig, connections);
    return new Transport(kubeConfig, server, agent, { connections, deadlineMs, onCall });
  }

  /** How many calls wait for their turn. */
  get waiting(): number {
    return this.#turns.waiting;
  }

  /**
   * Makes one call, and does not repeat it.
   * @param request makes it by the library, with {@link configuration}
   * @throws ClusterError
   */
  async once<T>(
    verb: Verb,
    signal: AbortSignal | undefined,
    request: () => Promise<T>,
    query: Record<string, string> = {},
    accept?: string,
  ): Promise<T> {
    const asked = performance.now();
    const turnOver = await this.#turns.take(signal).catch(() => {
      throw new ClusterError(CANCELLED, { class: 'transient' });
    });
    const began = performance.now();
    const abort = new AbortController();
    const cancel = (): void => abort.abort(CANCELLED);
    const timer = setTimeout(() => abort.abort('The apiserver did not answer in time.'), this.#deadlineMs);
    signal?.addEventListener('abort', cancel, { once: true });
    if (signal?.aborted) cancel();
    const context: CallContext = { signal: abort.signal, query, accept };
    try {
      return await this.#context.run(context, request);
    } catch (error) {
      throw abort.signal.aborted ? new ClusterError(abort.signal.reason, { class: 'transient' }) : classify(error);
    } finally {
      turnOver();
      const status = context.status ?? (signal?.aborted ? 'cancelled' : 'no-answer');
      this.#onCall({ verb, status, waitedMs: began - asked, tookMs: performance.now() - began });
      clearTimeout(timer);
      signal?.removeEventListener('abort', cancel);
    }
  }

  /** Ends the connections, and with them the calls under way. */
  close(): Promise<void> {
    return this.#agent.destroy();
  }
}
