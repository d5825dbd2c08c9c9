import type { Observation, Slot } from '../../src/capacity/observation.ts';
import { type Plan, plan } from '../../src/capacity/plan.ts';
import { NOW, read, slots } from './observed.ts';

const ROUND_MS = 60_000;

/** What becomes of pools when their plans are carried out: what is made is ready some rounds later, and what goes is gone. */
export class World {
  readonly removed: string[] = [];
  readonly #room: number;
  readonly #delayMs: number;
  /** Since when slots are being made, or deleted. */
  readonly #since = new Map<string, number>();
  #nowMs = NOW;
  #observed: Observation[];

  constructor(observed: Observation[], headroom: number, delayRounds: number) {
    this.#observed = observed;
    this.#delayMs = delayRounds * ROUND_MS;
    this.#room = headroom + this.slots.length;
  }

  get pools(): (readonly Slot[])[] {
    return this.#observed.map(({ pool }) => pool?.value.slots ?? []);
  }

  get slots(): Slot[] {
    return this.pools.flat();
  }

  get headroom(): number {
    return this.#room - this.slots.length;
  }

  plan(): Plan {
    return plan(this.#observed, read(this.headroom), this.#nowMs);
  }

  carryOut(planned: Plan): void {
    this.#nowMs += ROUND_MS;
    this.#observed = this.#observed.map((seen) => {
      const { make = [], remove = [] } = planned.slots.find(({ template }) => template === seen.template) ?? {};
      const removed = new Set(remove.map(({ name }) => name));
      this.removed.push(...removed);
      const { slots: some = [], outcomes = [] } = seen.pool?.value ?? {};
      const made = make.flatMap(({ digest, count }) =>
        slots(count, { digest, state: 'making', createdAt: this.#nowMs }),
      );
      for (const name of [...removed, ...made.map(({ name }) => name)]) this.#since.set(name, this.#nowMs);
      const rest = some.flatMap((slot) => this.#later(slot, removed.has(slot.name)));
      return { ...seen, pool: read({ slots: [...rest, ...made], outcomes }) };
    });
  }

  #later(slot: Slot, isRemoved: boolean): Slot[] {
    const isDone = (this.#since.get(slot.name) ?? NOW) + this.#delayMs <= this.#nowMs;
    if (isRemoved || slot.state === 'going') return isDone ? [] : [{ ...slot, state: 'going' }];
    return [slot.state === 'making' && isDone ? { ...slot, state: 'ready' } : slot];
  }
}
