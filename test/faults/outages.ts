import { setTimeout as sleep } from 'node:timers/promises';
import type { OwnTemporal } from './own-temporal.ts';
import type { Stage } from './stage.ts';

/** What it needs may itself be killed again and again, by the faults of other lives. */
const PATIENCE_MS = 180_000;
const PAUSE_MS = 500;

/** What a whole stage suffers from, and everybody on it. What is broken already is broken again once it is mended. */
export class Outages {
  readonly #stage: Stage;
  readonly #temporal: OwnTemporal;
  readonly #turns = new Map<string, Promise<void>>();

  /** @param temporal the stage's own */
  constructor(stage: Stage, temporal: OwnTemporal) {
    this.#stage = stage;
    this.#temporal = temporal;
  }

  /** `kill -9`, and started again after a time. */
  ofWorker(name: string, ms: number): Promise<void> {
    return this.#inTurn(name, async () => {
      await this.#stage.killWorker(name);
      await sleep(ms);
      await untilStarted(() => this.#stage.startWorker(name));
    });
  }

  /** `kill -9`, and started again after a time at the same address. */
  ofApi(ms: number): Promise<void> {
    return this.#inTurn('api', async () => {
      await this.#stage.killApi(0);
      await sleep(ms);
      await untilStarted(() => this.#stage.startApi({}, 0));
    });
  }

  /** Nobody can connect to the apiserver for a time, and who is connected is not any more. */
  ofApiserver(ms: number): Promise<void> {
    return this.#inTurn('apiserver', async () => {
      await this.#stage.proxy.refuse();
      await sleep(ms);
      await this.#stage.proxy.accept();
    });
  }

  /** Temporal keeps its connections and answers nothing for a time. */
  standstill(ms: number): Promise<void> {
    return this.#inTurn('temporal', async () => {
      this.#temporal.freeze();
      await sleep(ms);
      this.#temporal.thaw();
    });
  }

  /** `kill -9`, and started again after a time on what it had written. */
  ofTemporal(ms: number): Promise<void> {
    return this.#inTurn('temporal', async () => {
      await this.#temporal.kill();
      await sleep(ms);
      await this.#temporal.start();
    });
  }

  #inTurn(thing: string, work: () => Promise<void>): Promise<void> {
    const turn = (this.#turns.get(thing) ?? Promise.resolve()).then(work);
    this.#turns.set(thing, turn);
    return turn;
  }
}

/** As a supervisor does it: what it needs may be gone just now. */
async function untilStarted(start: () => Promise<void>): Promise<void> {
  const untilMs = Date.now() + PATIENCE_MS;
  for (;;) {
    try {
      return await start();
    } catch (error) {
      if (Date.now() > untilMs) throw error;
      await sleep(PAUSE_MS);
    }
  }
}
