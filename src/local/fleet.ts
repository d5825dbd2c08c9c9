import type { ChildProcess } from 'node:child_process';
import { setTimeout as sleep } from 'node:timers/promises';
import type { ServerLimits } from '../capacity/servers/limits.ts';
import type { Fleet, Occupied } from '../capacity/servers/observed.ts';
import { occupiedSchema, SILENT, together } from '../capacity/servers/occupied.ts';
import { ask } from '../ipc/questions.ts';
import { OrderPauses } from './order-pauses.ts';
import type { Supervisor } from './processes/supervisor.ts';
import { Restarts } from './restarts.ts';
import { UserError } from './user-error.ts';

const ANSWERED_WITHIN_MS = 2000;
/** One that does not serve has nothing in hand. */
const NOTHING: Occupied = { count: 0, servers: 0 };

const TOO_OFTEN =
  'Too many of its kind have died of late to start another: mend what its log tells of, and run the command again.';

/** How servers of one kind are run. */
export interface FleetOptions {
  readonly supervisor: Supervisor;
  readonly limits: ServerLimits;
  /** As many as there can be here. */
  readonly most: NonNullable<Fleet['most']>;
  /** Waits before one that died is started again. @default by the clock */
  readonly pause?: (ms: number) => Promise<void>;
  /** A clock that is never set, in milliseconds. @default the process's own */
  readonly now?: () => number;
  /**
   * Starts one.
   * @param index counts from 1
   * @param onDeath to be called where it ends unasked, with what is to be said of that
   * @returns it, and when it serves
   */
  start(index: number, onDeath: (reason: UserError) => void): Member;
  /** Tells operators what happened. */
  readonly say?: ((sentence: string) => void) | undefined;
}

/** A server of a fleet. */
export interface Member {
  readonly child: ChildProcess;
  readonly ready: Promise<void>;
}

/** One that is dead is to be started again. */
type State = 'starting' | 'serving' | 'dead' | 'ending';

interface Entry {
  readonly index: number;
  child?: ChildProcess;
  state: State;
}

/** The servers of one kind that run as children: as many as are ordered. One that dies is started again. */
export class ChildFleet {
  readonly #options: FleetOptions;
  readonly #restarts = new Restarts();
  readonly #pauses = new OrderPauses();
  /** By their indices, which are free again once they have ended: each has a record and a log by its name. */
  readonly #members = new Map<number, Entry>();

  constructor(options: FleetOptions) {
    this.#options = options;
  }

  /**
   * Starts another, and waits until it serves. One that never does is ended, so that it is seen to be missing.
   * @throws UserError where it does not serve in time, or at all
   */
  async start(): Promise<void> {
    let index = 1;
    while (this.#members.has(index)) index += 1;
    const entry: Entry = { index, state: 'starting' };
    this.#members.set(index, entry);
    try {
      await this.#run(entry);
    } catch (error) {
      // One that is not wanted any more need not have come to serve.
      if (entry.state === 'ending') return;
      await this.#end(entry);
      throw error;
    }
  }

  fleet(): Fleet {
    const { limits, most } = this.#options;
    return { running: this.#ordered().length, limits, most };
  }

  async occupied(): Promise<Occupied> {
    return together((await this.#busy()).map(({ has }) => has));
  }

  /**
   * Has as many run as are wanted, and does not wait until they do. Of those that run the least busy are ended, which
   * have time to finish.
   * @throws Error where others were ordered meanwhile, there cannot be so many, or those that were ordered of late never came
   * to serve
   */
  async scale(from: number, to: number): Promise<void> {
    const { most } = this.#options;
    if (to > most.count) throw new Error(`There cannot be ${to}: ${most.because}`);
    const busy = await this.#busy();
    // From here on at one go, since others may order as well.
    const running = this.#ordered().length;
    if (running === to) return;
    if (running !== from) throw new Error(`${running} run by now, and not ${from}.`);
    const pauseMs = this.#pauses.leftMs(this.#now());
    if (to > running && pauseMs > 0)
      throw new Error(
        `What was started of late never came to serve: in ${Math.ceil(pauseMs / 1000)} s it is tried again.`,
      );
    // Whoever fails to start is missing in the next plan.
    if (to > running) void this.#startMore(to - running);
    const idleFirst = busy.toSorted(
      (one, other) => one.has.servers - other.has.servers || other.entry.index - one.entry.index,
    );
    for (const { entry } of idleFirst.slice(0, Math.max(0, running - to))) void this.#end(entry);
  }

  async #startMore(count: number): Promise<void> {
    const started = await Promise.allSettled(Array.from({ length: count }, () => this.start()));
    const failed = started.filter((one) => one.status === 'rejected');
    for (const { reason } of failed) this.#say(reason.message);
    this.#pauses.afterOrder(failed.length > 0, this.#now());
  }

  async #run(entry: Entry): Promise<void> {
    const { promise: death, reject: die } = Promise.withResolvers<never>();
    entry.state = 'starting';
    const { child, ready } = this.#options.start(entry.index, (reason) => {
      if (entry.state === 'serving') this.#lost(entry, reason);
      else die(reason);
    });
    entry.child = child;
    await Promise.race([ready, death]);
    if (entry.state === 'starting') entry.state = 'serving';
  }

  /** It counts until it runs again: fewer may be ordered meanwhile, of which it is the first. */
  #lost(entry: Entry, reason: Error): void {
    const { supervisor } = this.#options;
    if (entry.state === 'ending' || supervisor.isEnding) return;
    const pauseMs = this.#restarts.afterDeath(this.#now());
    entry.state = 'dead';
    if (pauseMs === undefined) {
      supervisor.abort(new UserError(`${reason.message}\n${TOO_OFTEN}`));
      return;
    }
    this.#say(`${reason.message}\nAnother is started in its place in ${pauseMs / 1000} s.`);
    void this.#startAgain(entry, pauseMs);
  }

  async #startAgain(entry: Entry, pauseMs: number): Promise<void> {
    const { supervisor, pause = (ms) => sleep(ms, undefined, { ref: false }) } = this.#options;
    await pause(pauseMs);
    if (entry.state !== 'dead' || supervisor.isEnding) return;
    try {
      await this.#run(entry);
    } catch (error) {
      // One that hangs. It may be the only one: there would be nobody to plan another.
      if (entry.child) await supervisor.end(entry.child);
      this.#lost(entry, error instanceof Error ? error : new Error(String(error)));
    }
  }

  /** It counts no longer from now on: what it has in hand it finishes, or hands on. */
  async #end(entry: Entry): Promise<void> {
    if (entry.state === 'ending') return;
    entry.state = 'ending';
    if (entry.child) await this.#options.supervisor.end(entry.child);
    this.#members.delete(entry.index);
  }

  #now(): number {
    return this.#options.now?.() ?? performance.now();
  }

  #ordered(): Entry[] {
    return [...this.#members.values()].filter(({ state }) => state !== 'ending');
  }

  #busy(): Promise<{ entry: Entry; has: Occupied }[]> {
    return Promise.all(this.#ordered().map(async (entry) => ({ entry, has: await occupiedBy(entry) })));
  }

  #say(sentence: string): void {
    if (!this.#options.supervisor.isEnding) this.#options.say?.(sentence);
  }
}

async function occupiedBy({ child, state }: Entry): Promise<Occupied> {
  if (state !== 'serving' || child === undefined) return NOTHING;
  try {
    return occupiedSchema.parse(await ask(child, 'occupied', undefined, ANSWERED_WITHIN_MS));
  } catch {
    return SILENT;
  }
}
