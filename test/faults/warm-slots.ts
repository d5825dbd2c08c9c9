import { randomUUID } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { expect, inject } from 'vitest';
import { claim } from '../../src/cluster/slots/claim.ts';
import type { SeenSlot } from '../../src/cluster/slots/seen-slot.ts';
import { listSlots, retire } from '../../src/cluster/slots/slots.ts';
import { type Identity, NOBODYS, teardownId } from '../../src/environment/identity.ts';
import { queued } from '../../src/environment/queued.ts';
import { leftover } from '../../src/environment/sweep/leftover.ts';
import { REPOSITORY } from '../../src/local/repository.ts';
import { TemplateCatalogue } from '../../src/templates/catalogue.ts';
import { specificationOf } from '../../src/templates/specification.ts';
import { TASK_QUEUE } from '../../src/workflows/messages.ts';
import type { SlotWorkflow } from '../../src/workflows/slot.ts';
import { slotOptions } from '../../src/workflows/slot-options.ts';
import type { TeardownWorkflow } from '../../src/workflows/teardown.ts';
import { clusterBy } from '../setup/client.ts';
import type { Stage } from './stage.ts';

const SEEN_WITHIN = { timeout: 60_000, interval: 250 };
/** What a slot consists of is told by other watches than the slot itself, at about the same moment. */
const SETTLING_MS = 500;

/** The slots of one stage, which must have a key of its own: whoever shares it may claim them. */
export class WarmSlots {
  readonly #stage: Stage;
  #made = 0;

  constructor(stage: Stage) {
    this.#stage = stage;
  }

  /** Makes so many, side by side, and waits until all workers have seen them; @returns their namespaces' names */
  async make(count: number, template = 'bare'): Promise<string[]> {
    const names = await Promise.all(
      Array.from({ length: count }, async () => {
        const identity = { dev_id: `${this.#stage.developers}-slot-${this.#made++}`, project: NOBODYS };
        await this.run(identity, template);
        return `dev-${identity.dev_id}`;
      }),
    );
    await this.untilSeen();
    return names;
  }

  /** Waits until every worker of the stage sees all slots that there are. */
  async untilSeen(): Promise<void> {
    const { length } = (await this.seen()).filter(({ state }) => state === 'ready');
    const seenBy = async (worker: string): Promise<number> => {
      const gauges = (await this.#stage.metricsOf(worker)).matchAll(/^berth_slots_seen\{.*\} (\d+)$/gm);
      return [...gauges].reduce((sum, [, count]) => sum + Number(count), 0);
    };
    await Promise.all(
      this.#stage.measuredWorkers.map((worker) => expect.poll(() => seenBy(worker), SEEN_WITHIN).toBe(length)),
    );
    await sleep(SETTLING_MS);
  }

  /** Runs the workflow that makes a slot of this identity. */
  async run({ dev_id, project }: Identity, template: string, parameters: Record<string, string> = {}): Promise<void> {
    const catalogue = new TemplateCatalogue(join(REPOSITORY, 'templates'));
    const specification = await specificationOf({ dev_id, project, template, parameters }, catalogue);
    const options = slotOptions(specification);
    await this.#stage.temporal.workflow.execute<typeof SlotWorkflow>('SlotWorkflow', options);
  }

  /** Those that nobody has claimed. */
  seen(): Promise<SeenSlot[]> {
    return this.#withCluster((cluster, key) => listSlots(cluster, key));
  }

  /** Takes a slot back as a plan does; @returns whether nobody was faster */
  retire(slot: SeenSlot): Promise<boolean> {
    return this.#withCluster((cluster) => retire(cluster, slot));
  }

  /** Claims a slot for somebody of whom no worker of the stage knows; @returns the developer that it bears now */
  claimElsewhere(slot: SeenSlot): Promise<string> {
    const developer = `${this.#stage.developers}-elsewhere`;
    return this.#withCluster(async (cluster, key) => {
      const specification = { ...slot.specification, dev_id: developer, project: 'shop' };
      const shelf = { candidates: () => [{ slot, as: specification }], putBack: () => undefined };
      const environment = { ...queued(specification, new Date()), state: 'ready' as const };
      const life = { run: randomUUID(), nonce: randomUUID() };
      const claimed = await claim(cluster, key, shelf, { specification, life, environment, mayHaveClaimed: false });
      if (claimed === undefined) throw new Error('It could not be claimed.');
      return developer;
    });
  }

  /** Removes those that nobody has claimed. */
  async remove(): Promise<void> {
    await this.#withCluster(async (cluster, key) => {
      const removal = async (slot: SeenSlot): Promise<void> => {
        if (!(await retire(cluster, slot))) return;
        const { specification, life, namespace, createdAt } = slot;
        const input = { ...leftover(specification, life, namespace, createdAt), takesOver: false };
        await this.#stage.temporal.workflow.execute<typeof TeardownWorkflow>('TeardownWorkflow', {
          taskQueue: TASK_QUEUE,
          workflowId: teardownId(specification, life.run),
          args: [input],
          memo: { environment: input.environment },
        });
      };
      await Promise.all((await listSlots(cluster, key)).map(removal));
    });
  }

  async #withCluster<T>(use: (cluster: Awaited<ReturnType<typeof clusterBy>>, key: Buffer) => Promise<T>): Promise<T> {
    const cluster = await clusterBy(inject('servers').workerKubeconfig);
    const key = Buffer.from(readFileSync(this.#stage.ownershipKeyFile, 'utf8').trim(), 'hex');
    try {
      return await use(cluster, key);
    } finally {
      await cluster.close();
    }
  }
}
