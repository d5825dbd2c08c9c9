import { setTimeout as sleep } from 'node:timers/promises';
import type { Client } from '@temporalio/client';
import { type AnyObject, ClusterContents } from '../../test/faults/cluster-contents.ts';

/** Temporal's lists lag behind, and slots go step by step; in milliseconds. */
const [LOOK_EVERY_MS, GIVEN_MS] = [2000, 300_000];

/** What is there before anybody has come: whatever is there beside that at the end is left over. */
export class Census {
  readonly #contents: ClusterContents;
  readonly #temporal: Client;
  readonly #before: Set<string>;

  private constructor(contents: ClusterContents, temporal: Client, before: Set<string>) {
    this.#contents = contents;
    this.#temporal = temporal;
    this.#before = before;
  }

  static async of(adminKubeconfig: string, temporal: Client): Promise<Census> {
    const contents = new ClusterContents(adminKubeconfig);
    return new Census(contents, temporal, new Set((await contents.clusterScoped()).map(nameOf)));
  }

  /**
   * Waits until nothing is left over.
   * @param onLook is told how much is left, before each look at what is left then
   * @returns what is left all the same, by name
   */
  async leftovers(onLook: (count: number) => Promise<void>): Promise<string[]> {
    for (const began = performance.now(); ; await sleep(LOOK_EVERY_MS)) {
      const left = await this.#left();
      if (left.length === 0 || performance.now() - began > GIVEN_MS) return left;
      await onLook(left.length);
    }
  }

  async #left(): Promise<string[]> {
    const objects = (await this.#contents.clusterScoped()).map(nameOf).filter((name) => !this.#before.has(name));
    const runs: string[] = [];
    const open = `ExecutionStatus = 'Running' AND WorkflowType IN ('EnvironmentWorkflow', 'SlotWorkflow', 'TeardownWorkflow')`;
    for await (const { workflowId } of this.#temporal.workflow.list({ query: open })) runs.push(workflowId);
    return [...objects, ...runs].sort();
  }
}

function nameOf({ kind, metadata }: AnyObject): string {
  return `${kind} ${metadata?.name}`;
}
