import { uuid4, workflowInfo } from '@temporalio/workflow';
import type { StepName } from '../environment/environment.ts';
import type { Life, Namespace } from '../environment/life.ts';
import type { Proof } from '../environment/proof.ts';
import { queued } from '../environment/queued.ts';
import type { Specification } from '../environment/request.ts';
import { quick, waiting } from './activity-options.ts';
import { withinDeadline } from './deadline.ts';
import { tearDown } from './hand-over.ts';
import { persistently } from './persistently.ts';
import { EnvironmentRecord, type StepResult } from './record.ts';
import { Saga } from './saga.ts';

/**
 * Builds an environment of nobody's, shows with packets whether the cluster isolates it, tells operators, and removes it.
 * It is in no list of environments; its current details say what was seen. A run that fails says nothing of isolation: its
 * metrics stay as they are and grow old.
 */
export async function IsolationCanaryWorkflow(specification: Specification): Promise<Proof> {
  const record = new EnvironmentRecord(queued(specification, new Date()), false);
  const { firstExecutionRunId: run, workflowId } = workflowInfo();
  const life: Life = { run, nonce: uuid4() };
  const saga = new Saga();
  try {
    await withinDeadline(specification.recipe.deadline, record, prove);
    const { isolation } = record.environment;
    if (isolation === undefined) throw new Error('What is proved has a proof.');
    await waiting.reportProof(isolation, workflowId);
    return isolation;
  } finally {
    await saga.undo();
  }

  async function prove(readyBy: Date): Promise<void> {
    let namespace: Namespace | undefined;
    record.enter('provisioning');
    saga.compensateWith(() => tearDown(record, life, namespace));
    const place = await step('isolation', () => quick.isolate(specification, life));
    namespace = place;
    record.locate(place.name);
    const by = readyBy.toISOString();
    const isolation = await step('proof', () => waiting.verifyIsolation(specification, place, by));
    record.become({ ...record.environment, isolation });
  }

  function step<T>(name: StepName, run: () => Promise<StepResult<T>>): Promise<T> {
    return record.step(name, () => persistently(record, run));
  }
}
