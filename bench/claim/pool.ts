import { setTimeout as sleep } from 'node:timers/promises';
import type { V1Namespace } from '@kubernetes/client-node';
import type { Client, ScheduleHandle } from '@temporalio/client';
import type { Cluster } from '../../src/cluster/client.ts';
import { SLOT_LABEL } from '../../src/cluster/objects/labels.ts';
import { slotState } from '../../src/cluster/slots/seen-slot.ts';
import type { Progress } from '../../src/local/progress.ts';
import { CAPACITY } from '../../src/temporal/capacity-shape.ts';
import type { Bench } from '../servers.ts';

const LOOK_EVERY_MS = 1000;
/** A plan begins a hundred slots at the most: the next one is asked for before its time. */
const ASK_EVERY_MS = 5000;
/** The worker sees all of a slot by several watches. */
const SEEN_AFTER_MS = 2000;

/** The pool of one template: filled, held as it is, or left to the plans. */
export class Pool {
  readonly #bench: Bench;
  readonly #cluster: Cluster;
  readonly #template: string;
  readonly #schedule: ScheduleHandle;
  readonly #progress: Progress;
  #floor = 0;

  constructor(bench: Bench, client: Client, cluster: Cluster, template: string, progress: Progress) {
    this.#bench = bench;
    this.#cluster = cluster;
    this.#template = template;
    this.#schedule = client.schedule.getHandle(CAPACITY);
    this.#progress = progress;
  }

  /** Sets the floor, and asks for one plan after the other until as many slots are ready. */
  async fill(floor: number): Promise<void> {
    this.#floor = floor;
    for (let asked = Number.NEGATIVE_INFINITY; !(await this.#isFull()); await sleep(LOOK_EVERY_MS)) {
      if (performance.now() - asked < ASK_EVERY_MS) continue;
      await this.#set();
      asked = performance.now();
    }
    await sleep(SEEN_AFTER_MS);
  }

  /** Waits until it is full by itself. @returns after how many milliseconds */
  async recovered(): Promise<number> {
    const began = performance.now();
    while (!(await this.#isFull())) await sleep(LOOK_EVERY_MS);
    return performance.now() - began;
  }

  /** From here on nothing is planned, and so nothing is made. */
  async hold(): Promise<void> {
    await this.#schedule.pause('A benchmark measures claims alone.');
    // One that was asked for while another ran comes right after it.
    for (let idle = 0; idle < 2; await sleep(LOOK_EVERY_MS)) {
      const { info } = await this.#schedule.describe();
      idle = info.runningActions.length === 0 ? idle + 1 : 0;
    }
    while (!(await this.#isFull())) await sleep(LOOK_EVERY_MS);
  }

  /** It is left to the plans again. */
  async release(): Promise<void> {
    await this.#schedule.unpause();
  }

  async #set(): Promise<void> {
    const { api, adminToken } = this.#bench;
    const pools = { [this.#template]: { floor: this.#floor, ceiling: this.#floor } };
    const response = await fetch(`${api}/capacity`, {
      method: 'PUT',
      headers: { Authorization: `Bearer ${adminToken}`, 'Content-Type': 'application/json' },
      body: JSON.stringify({ pools }),
    });
    const text = await response.text();
    if (response.status !== 200) throw new Error(`PUT /capacity answered ${response.status}: ${text}`);
  }

  /** Whether as many slots are ready as there should be, and no other is on its way or going. */
  async #isFull(): Promise<boolean> {
    let [ready, others] = [0, 0];
    for await (const { items } of this.#cluster.pages<V1Namespace>(NAMESPACES, SLOT_LABEL)) {
      const states = items.map(slotState);
      ready += states.filter((state) => state === 'ready').length;
      others += states.filter((state) => state !== 'ready').length;
    }
    this.#progress.update(`${ready} of ${this.#floor} slots are ready, ${others} are made or go`);
    return ready >= this.#floor && others === 0;
  }
}

const NAMESPACES = { apiVersion: 'v1', kind: 'Namespace' };
