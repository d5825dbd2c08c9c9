import type { ChildProcess } from 'node:child_process';
import { z } from 'zod';
import type { ServerLimits } from '../capacity/servers/limits.ts';
import type { Fleet, Occupied } from '../capacity/servers/observed.ts';
import { ask } from '../ipc/questions.ts';
import type { Supervisor } from './processes/supervisor.ts';

const ANSWERED_WITHIN_MS = 2000;
const occupiedSchema = z.object({ count: z.number(), servers: z.number() });
/** Whoever does not answer in time is taken to be full. */
const SILENT: Occupied = { count: 0, servers: 1 };

/** One that does not serve yet has nothing in hand. */
const NOTHING: Occupied = { count: 0, servers: 0 };

/** How servers of one kind are run. */
export interface FleetOptions {
  readonly supervisor: Supervisor;
  readonly limits: ServerLimits;
  readonly most?: Fleet['most'];
  /**
   * Starts one.
   * @param index counts from 1
   * @returns its name, and when it serves
   */
  start(index: number): Member;
}

/** A server of a fleet. */
export interface Member {
  readonly name: string;
  readonly child: ChildProcess;
  readonly ready: Promise<void>;
}

type State = 'starting' | 'serving' | 'ending';

/** The servers of one kind that run as children: as many as are ordered. */
export class ChildFleet {
  readonly #options: FleetOptions;
  /** By their indices, which are free again once they have ended: each has a record and a log by its name. */
  readonly #members = new Map<number, { member: Member; state: State }>();

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
    const member = this.#options.start(index);
    const entry: { member: Member; state: State } = { member, state: 'starting' };
    this.#members.set(index, entry);
    try {
      await member.ready;
      if (entry.state === 'starting') entry.state = 'serving';
    } catch (error) {
      await this.#end(index);
      throw error;
    }
  }

  fleet(): Fleet {
    const { limits, most } = this.#options;
    return { running: this.#running().length, limits, most };
  }

  async occupied(): Promise<Occupied> {
    const all = (await this.#busy()).map(({ has }) => has);
    return {
      count: all.reduce((sum, { count }) => sum + count, 0),
      servers: all.reduce((sum, { servers }) => sum + servers, 0),
    };
  }

  /**
   * Has as many run as are wanted, and does not wait until they do. Of those that run the least busy are ended, which
   * have time to finish.
   * @throws Error where others were ordered meanwhile
   */
  async scale(from: number, to: number): Promise<void> {
    const busy = await this.#busy();
    // From here on at one go, since others may order as well.
    const running = this.#running().length;
    if (running === to) return;
    if (running !== from) throw new Error(`${running} run by now, and not ${from}.`);
    // Whoever failed to start has said so in its log, and is missing in the next plan.
    for (let more = running; more < to; more++) this.start().catch(() => undefined);
    const idleFirst = busy.toSorted((one, other) => one.has.servers - other.has.servers || other.index - one.index);
    for (const { index } of idleFirst.slice(0, Math.max(0, running - to))) void this.#end(index);
  }

  /** It counts no longer from now on: what it has in hand it finishes, or hands on. */
  async #end(index: number): Promise<void> {
    const entry = this.#members.get(index);
    if (entry === undefined || entry.state === 'ending') return;
    entry.state = 'ending';
    await this.#options.supervisor.end(entry.member.child);
    this.#members.delete(index);
  }

  #running(): { index: number; member: Member; state: State }[] {
    return [...this.#members].flatMap(([index, entry]) => (entry.state === 'ending' ? [] : [{ index, ...entry }]));
  }

  #busy(): Promise<{ index: number; has: Occupied }[]> {
    const asked = this.#running().map(async ({ index, member, state }) => {
      return { index, has: state === 'starting' ? NOTHING : await occupiedBy(member) };
    });
    return Promise.all(asked);
  }
}

async function occupiedBy({ child }: Member): Promise<Occupied> {
  try {
    return occupiedSchema.parse(await ask(child, 'occupied', undefined, ANSWERED_WITHIN_MS));
  } catch {
    return SILENT;
  }
}
