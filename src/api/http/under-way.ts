import type { Server, ServerResponse } from 'node:http';
import { setTimeout as pause } from 'node:timers/promises';

const LOOK_MS = 50;

/** The requests that a server has taken and not answered to the end yet. */
export class UnderWay {
  readonly #responses = new Set<ServerResponse>();
  #areLast = false;

  constructor(server: Server) {
    // Before anybody answers.
    server.prependListener('request', (_, response) => {
      this.#responses.add(response);
      response.once('close', () => this.#responses.delete(response));
      if (this.#areLast) closeWith(response);
    });
  }

  /** From now on every connection closes with its next answer: who comes again comes by another, to whoever is there. */
  beLast(): void {
    this.#areLast = true;
    for (const response of this.#responses) closeWith(response);
  }

  /** Waits until none is left, for so many milliseconds at most. */
  async untilNone(mostMs: number): Promise<void> {
    const deadline = performance.now() + mostMs;
    while (this.#responses.size > 0 && performance.now() < deadline) await pause(LOOK_MS);
  }
}

function closeWith(response: ServerResponse): void {
  if (!response.headersSent) response.setHeader('Connection', 'close');
}
