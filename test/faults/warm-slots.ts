import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { inject } from 'vitest';
import type { SeenSlot } from '../../src/cluster/slots/seen-slot.ts';
import { listSlots, retire } from '../../src/cluster/slots/slots.ts';
import { type Identity, NOBODYS, teardownId } from '../../src/environment/identity.ts';
import { queued } from '../../src/environment/queued.ts';
import { slotWorkflowId } from '../../src/environment/slot.ts';
import { leftover } from '../../src/environment/sweep/leftover.ts';
import { REPOSITORY } from '../../src/local/repository.ts';
import { TemplateCatalogue } from '../../src/templates/catalogue.ts';
import { specificationOf } from '../../src/templates/specification.ts';
import { REFILL_QUEUE, TASK_QUEUE } from '../../src/workflows/messages.ts';
import type { SlotWorkflow } from '../../src/workflows/slot.ts';
import type { TeardownWorkflow } from '../../src/workflows/teardown.ts';
import { clusterBy } from '../setup/client.ts';
import type { Stage } from './stage.ts';

/** By then the watches of all workers have told of what was written, on a busy machine too. */
const SEEN_MS = 3000;

/** The slots of one stage, which must have a key of its own: whoever shares it may claim them. */
export class WarmSlots {
  readonly #stage: Stage;
  #made = 0;

  constructor(stage: Stage) {
    this.#stage = stage;
  }

  /** Makes so many, side by side, and waits until all workers may have seen them; @returns their namespaces' names */
  async make(count: number, template = 'bare'): Promise<string[]> {
    const names = await Promise.all(
      Array.from({ length: count }, async () => {
        const identity = { dev_id: `${this.#stage.developers}-slot-${this.#made++}`, project: NOBODYS };
        await this.run(identity, template);
        return `dev-${identity.dev_id}`;
      }),
    );
    await sleep(SEEN_MS);
    return names;
  }

  /** Runs the workflow that makes a slot of this identity. */
  async run({ dev_id, project }: Identity, template: string, parameters: Record<string, string> = {}): Promise<void> {
    const catalogue = new TemplateCatalogue(join(REPOSITORY, 'templates'));
    const specification = await specificationOf({ dev_id, project, template, parameters }, catalogue);
    await this.#stage.temporal.workflow.execute<typeof SlotWorkflow>('SlotWorkflow', {
      taskQueue: REFILL_QUEUE,
      workflowId: slotWorkflowId(specification),
      args: [{ specification }],
      memo: { environment: queued(specification, new Date()) },
    });
  }

  /** Those that nobody has claimed. */
  seen(): Promise<SeenSlot[]> {
    return this.#withCluster((cluster, key) => listSlots(cluster, key));
  }

  /** Removes those that nobody has claimed. */
  async remove(): Promise<void> {
    await this.#withCluster(async (cluster, key) => {
      for (const slot of await listSlots(cluster, key)) {
        if (!(await retire(cluster, slot))) continue;
        const { specification, life, namespace, createdAt } = slot;
        const input = { ...leftover(specification, life, namespace, createdAt), takesOver: false };
        await this.#stage.temporal.workflow.execute<typeof TeardownWorkflow>('TeardownWorkflow', {
          taskQueue: TASK_QUEUE,
          workflowId: teardownId(specification, life.run),
          args: [input],
          memo: { environment: input.environment },
        });
      }
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
