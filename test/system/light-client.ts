import { Agent, request } from 'undici';

/** Asks often, and costs little: what is measured shares the machine with it. */
export class LightClient {
  readonly #agent = new Agent();
  readonly #url: string;
  readonly #headers: Record<string, string>;

  constructor(url: string, token: string) {
    this.#url = url;
    this.#headers = { Authorization: `Bearer ${token}`, 'Content-Type': 'application/json' };
  }

  /**
   * @param expected what the answer must have
   * @throws Error where it is not 200, or has something else
   */
  async ask(method: 'GET' | 'POST', path: string, expected: Record<string, unknown>, body?: object): Promise<void> {
    const answer = await request(`${this.#url}${path}`, {
      method,
      headers: this.#headers,
      body: body === undefined ? null : JSON.stringify(body),
      dispatcher: this.#agent,
    });
    const text = await answer.body.text();
    const isRight = () => {
      const told = JSON.parse(text);
      return Object.entries(expected).every(([key, value]) => told[key] === value);
    };
    if (answer.statusCode !== 200 || !isRight()) throw new Error(`${answer.statusCode} ${text}`);
  }

  close(): Promise<void> {
    return this.#agent.close();
  }
}
