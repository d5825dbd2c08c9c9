import { Agent, request } from 'node:https';
import { KubeConfig } from '@kubernetes/client-node';
import { inject } from 'vitest';

/** What the apiserver answered, as it stands: what its body is where the call was taken, the caller knows. */
export interface Answer<T = unknown> {
  readonly status: number;
  /** The body's own message, where it is a status; empty otherwise. */
  readonly message: string;
  readonly body: T;
}

export interface Call {
  readonly query?: Readonly<Record<string, string>>;
  readonly body?: unknown;
  /** Of the body. @default application/json */
  readonly type?: string;
  readonly headers?: Readonly<Record<string, string>>;
}

const CONNECTIONS = 8;
const DEADLINE_MS = 30_000;
const MOST_ATTEMPTS = 10;
const agent = new Agent({ keepAlive: true, maxSockets: CONNECTIONS });

/** The shared apiserver as one account reaches it, by plain HTTPS: no library decides what is asked, or hides an answer. */
export class Apiserver {
  readonly #server: string;
  readonly #options: Promise<{ ca?: string | Buffer; headers: Record<string, string> }>;

  constructor(kubeConfig: KubeConfig) {
    this.#server = kubeConfig.getCurrentCluster()?.server ?? '';
    const options: { ca?: string | Buffer; headers: Record<string, string> } = { headers: {} };
    this.#options = kubeConfig.applyToHTTPSOptions(options).then(() => options);
  }

  async call<T>(method: string, path: string, { query = {}, body, type, headers = {} }: Call = {}): Promise<Answer<T>> {
    const url = new URL(path, this.#server);
    for (const [name, value] of Object.entries(query)) url.searchParams.set(name, value);
    const options = await this.#options;
    const contentType = body === undefined ? {} : { 'Content-Type': type ?? 'application/json' };
    const { promise, resolve, reject } = Promise.withResolvers<Answer<T>>();
    const sent = request(url, {
      ...options,
      agent,
      method,
      headers: { ...options.headers, ...contentType, ...headers },
      timeout: DEADLINE_MS,
    });
    sent.once('response', (response) => {
      const status = response.statusCode ?? 0;
      response.toArray().then((chunks) => resolve(answer(status, Buffer.concat(chunks).toString())), reject);
    });
    sent.once('timeout', () => sent.destroy(new Error(`${method} ${path} was not answered in time`)));
    sent.once('error', reject);
    sent.end(body === undefined ? undefined : JSON.stringify(body));
    return await promise;
  }

  get<T>(path: string): Promise<Answer<T>> {
    return this.call('GET', path);
  }

  /**
   * Creates an object, again and again where the apiserver finds the quota just being counted: what it answers then says
   * nothing of the object (`Conflict`, kubernetes/kubernetes#67761).
   */
  async create<T>(path: string, body: object): Promise<Answer<T>> {
    for (let attempt = 1; ; attempt += 1) {
      const answer = await this.call<T>('POST', path, { body });
      const isCounting = answer.status === 409 && answer.message.includes('fulfilled on resourcequotas');
      if (!isCounting || attempt === MOST_ATTEMPTS) return answer;
    }
  }

  /** Asks whether a create would be taken: it goes through everything but the storage. */
  rehearse<T>(path: string, body: object): Promise<Answer<T>> {
    return this.call('POST', path, { body, query: { dryRun: 'All' } });
  }

  patch<T>(path: string, body: object): Promise<Answer<T>> {
    return this.call('PATCH', path, { body, type: 'application/merge-patch+json' });
  }

  delete<T>(path: string): Promise<Answer<T>> {
    return this.call('DELETE', path);
  }
}

/** The apiserver with an administrator's rights, to make what is foreign. */
export function asAdministrator(): Apiserver {
  return new Apiserver(kubeConfigOf(inject('servers').adminKubeconfig));
}

/** The apiserver with the worker's rights. */
export function asWorker(): Apiserver {
  return new Apiserver(kubeConfigOf(inject('servers').workerKubeconfig));
}

/** The apiserver for whoever bears the token. */
export function asBearer(token: string): Apiserver {
  const kubeConfig = kubeConfigOf(inject('servers').adminKubeconfig);
  kubeConfig.users = [{ name: kubeConfig.getCurrentUser()?.name ?? '', token }];
  return new Apiserver(kubeConfig);
}

function kubeConfigOf(file: string): KubeConfig {
  const kubeConfig = new KubeConfig();
  kubeConfig.loadFromFile(file);
  return kubeConfig;
}

function answer<T>(status: number, text: string): Answer<T> {
  const body: unknown = parse(text);
  const { message }: { message?: unknown } = typeof body === 'object' && body !== null ? body : {};
  return { status, message: typeof message === 'string' ? message : '', body: body as T };
}

/** A watch answers a line an event, and some errors are plain text. */
function parse(text: string) {
  try {
    return JSON.parse(text);
  } catch {
    return text;
  }
}
