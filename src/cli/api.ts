import { readFileSync } from 'node:fs';
import type { Identity } from '../environment/identity.ts';
import type { Problem } from '../environment/problem.ts';
import { Failure } from './command.ts';
import { UsageError } from './usage.ts';

const DEFAULT_URL = 'http://127.0.0.1:7070';
/** No call here waits for an environment: they are asked for, and looked at. */
const CALL_MS = 60_000;
const HOW_TO_GET_A_TOKEN =
  'Set BERTH_TOKEN to a token, or BERTH_TOKEN_FILE to a file that holds one: `berth token create` makes one where Berth runs.';

/** Berth's API, as the environment variables say where and by which token. */
export class Api {
  readonly #url: string;
  readonly #token: string;

  /** @throws Failure where there is no token, or what there is cannot be used */
  constructor({ BERTH_API, BERTH_TOKEN, BERTH_TOKEN_FILE }: NodeJS.ProcessEnv) {
    this.#url = (BERTH_API || DEFAULT_URL).replace(/\/+$/, '');
    if (!URL.canParse(this.#url)) throw new Failure(`BERTH_API must be a URL such as ${DEFAULT_URL}.`);
    this.#token = (BERTH_TOKEN || (BERTH_TOKEN_FILE ? contentOf(BERTH_TOKEN_FILE) : '')).trim();
    // What is no token cannot be sent either, and would be quoted in the error.
    if (!/^[!-~]+$/.test(this.#token)) throw new Failure(HOW_TO_GET_A_TOKEN);
  }

  /** @throws Failure with the problem's own words */
  get<T>(path: string, query: Record<string, string>): Promise<T> {
    return this.#call('GET', `${path}?${new URLSearchParams(query)}`);
  }

  /**
   * Asks for something, without waiting until it is done.
   * @throws Failure with the problem's own words
   */
  post<T>(path: string, body: object): Promise<T> {
    return this.#call('POST', path, JSON.stringify(body));
  }

  /** Whose environment is meant: the one named, or the developer's own. */
  async identity(project: string, devId = process.env.BERTH_DEV_ID || undefined): Promise<Identity> {
    const dev_id = devId ?? (await this.get<{ dev_id?: string }>('/whoami', {})).dev_id;
    if (dev_id === undefined)
      throw new UsageError(
        "An administrator's token acts for every developer: name one with --dev-id or BERTH_DEV_ID.",
      );
    return { dev_id, project };
  }

  async #call<T>(method: string, path: string, body?: string): Promise<T> {
    const response = await this.#send(method, path, body);
    const answer = await response.json().catch(() => undefined);
    if (response.ok && answer !== undefined) return answer as T;
    const { detail } = (answer ?? {}) as Partial<Problem>;
    if (detail === undefined)
      throw new Failure(`What answers at ${this.#url} is not Berth's API (${response.status}): check BERTH_API.`);
    throw new Failure(response.status === 401 ? `${detail} ${HOW_TO_GET_A_TOKEN}` : detail);
  }

  async #send(method: string, path: string, body?: string): Promise<Response> {
    const headers = {
      Authorization: `Bearer ${this.#token}`,
      Prefer: 'respond-async',
      ...(body !== undefined && { 'Content-Type': 'application/json' }),
    };
    try {
      const signal = AbortSignal.timeout(CALL_MS);
      return await fetch(`${this.#url}${path}`, { method, headers, body: body ?? null, signal, redirect: 'error' });
    } catch (error) {
      const { message, cause } = error as Error;
      const why = cause instanceof Error ? (cause as NodeJS.ErrnoException).code || cause.message : message;
      throw new Failure(
        `Berth's API cannot be reached at ${this.#url} (${why}): start it with \`npm start\`, or set BERTH_API.`,
      );
    }
  }
}

function contentOf(file: string): string {
  try {
    return readFileSync(file, 'utf8');
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    throw new Failure(`The file ${file} cannot be read (${code}): set BERTH_TOKEN_FILE to one that can.`);
  }
}
