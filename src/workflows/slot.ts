import { CancellationScope, isCancellation, TemporalFailure, uuid4, workflowInfo } from '@temporalio/workflow';
import { demandsProof, hasWorkload } from '../environment/demands.ts';
import { advance, type StepName } from '../environment/environment.ts';
import type { Life, Namespace } from '../environment/life.ts';
import { queued } from '../environment/queued.ts';
import { quick } from './activity-options.ts';
import { withinDeadline } from './deadline.ts';
import { causeOf, failureOf, problemOf } from './failure.ts';
import { tearDown } from './hand-over.ts';
import type { SlotInput } from './messages.ts';
import { persistently } from './persistently.ts';
import { proveIsolation } from './proof.ts';
import { EnvironmentRecord, type StepResult } from './record.ts';
import { Saga } from './saga.ts';
import { runWorkload } from './workload.ts';

/**
 * Makes a warm slot: isolate → prove → run the workload → verify → offer. It ends there; whoever claims the slot leads it
 * with a workflow of their own. What cannot be made is undone, and ends this run as failed, with the problem. It is in no
 * list of environments.
 */
export async function SlotWorkflow({ specification }: SlotInput): Promise<void> {
  const record = new EnvironmentRecord(queued(specification, new Date()), false);
  const life: Life = { run: workflowInfo().firstExecutionRunId, nonce: uuid4() };
  const saga = new Saga();
  let namespace: Namespace | undefined;
  try {
    await withinDeadline(specification.recipe.deadline, record, make);
  } catch (error) {
    if (!(error instanceof TemporalFailure)) throw error;
    await undo(error);
  }

  async function make(readyBy: Date): Promise<void> {
    record.enter('provisioning');
    saga.compensateWith(takeBack);
    const place = await step('isolation', () => quick.isolateSlot(specification, life));
    namespace = place;
    record.locate(place.name);
    if (demandsProof(specification)) await step('proof', () => proveIsolation(record, specification, place, readyBy));
    const runs = hasWorkload(specification);
    if (runs) await step('workload', () => runWorkload(record, specification, place, readyBy));
    record.become(advance(record.environment, 'verifying'));
    if (runs) await step('verification', () => quick.verifyEnvironment(specification, place));
    await persistently(record, () => quick.offerSlot(place, life, record.environment.isolation));
    record.enter('ready');
  }

  /** Whoever has claimed it meanwhile keeps it. */
  async function takeBack(): Promise<void> {
    const place = namespace;
    const isNobodys = place === undefined || (await persistently(record, () => quick.withdrawSlot(place, life))).value;
    if (isNobodys) await tearDown(record, life, place);
  }

  function step<T>(name: StepName, run: () => Promise<StepResult<T>>): Promise<T> {
    return record.step(name, () => persistently(record, run));
  }

  function undo(error: unknown): Promise<never> {
    return CancellationScope.nonCancellable(async () => {
      const name = record.environment.steps.at(-1)?.name ?? 'isolation';
      record.breakOff(isCancellation(error) ? 'cancelled' : 'failed', causeOf(error));
      const problem = problemOf(error, name, 'everything is undone');
      await saga.undo();
      record.enter('failed', { problem });
      throw failureOf(problem);
    });
  }
}
