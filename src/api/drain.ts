import { once } from 'node:events';
import type { Server } from 'node:http';
import { setTimeout as pause } from 'node:timers/promises';
import type { UnderWay } from './http/under-way.ts';

/** What takes moments still comes to its own end; who waits for longer is then told how far it is. */
const LAST_WAITS_MS = 2000;
/** For what is still to be asked of Temporal then. */
const LAST_ANSWERS_MS = 10_000;

/** How an API server goes without cutting anybody off. */
export class Drain {
  readonly #waitsEnd = new AbortController();
  #hasBegun = false;

  /** Whether balancers are to send nobody here any more. */
  get hasBegun(): boolean {
    return this.#hasBegun;
  }

  /** Aborted when nobody may wait here any longer: what they wait for goes on, and another server can tell of it. */
  get waitsEnd(): AbortSignal {
    return this.#waitsEnd.signal;
  }

  /**
   * Has a server say that it goes, serve on, then take nobody any more and answer those that it has taken.
   * @param noticeMs how long it serves on: as long as whoever stands before it takes to notice
   */
  async run(server: Server, underWay: UnderWay, noticeMs: number): Promise<void> {
    this.#hasBegun = true;
    underWay.beLast();
    await pause(noticeMs);
    const closed = once(server, 'close');
    // Connections that rest are closed with it.
    server.close();
    await underWay.untilNone(LAST_WAITS_MS);
    this.#waitsEnd.abort();
    await underWay.untilNone(LAST_ANSWERS_MS);
    // Who has opened one and said nothing yet.
    server.closeAllConnections();
    await closed;
  }
}
