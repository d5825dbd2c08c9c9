import {
  allHandlersFinished,
  CancellationScope,
  condition,
  isCancellation,
  makeContinueAsNewFunc,
  setHandler,
  TemporalFailure,
  uuid4,
  workflowInfo,
} from '@temporalio/workflow';
import { durationMs } from '../environment/duration.ts';
import type { Environment, StepName } from '../environment/environment.ts';
import type { Life } from '../environment/life.ts';
import { problem } from '../environment/problem.ts';
import { grantAccess } from './access.ts';
import { quick } from './activity-options.ts';
import { withinDeadline } from './deadline.ts';
import { causeOf, failureOf, problemOf } from './failure.ts';
import { handOverTo, tearDown } from './hand-over.ts';
import { accessUpdate, type EnvironmentInput, startUpdate } from './messages.ts';
import { persistently } from './persistently.ts';
import { EnvironmentRecord, type StepResult } from './record.ts';
import { Saga } from './saga.ts';
import { searchAttributesOf } from './search-attributes.ts';
import { hasWorkload, runWorkload } from './workload.ts';

/**
 * One life of one environment: isolate → run the workload → verify → ready → terminate.
 *
 * It ends with a teardown that takes the namespace over; this run closes at once, so that a new start is a new run.
 * A provisioning that fails for good is undone, and ends this run as failed, with the problem in its memo.
 * Cancelling it ends the environment, whatever it is doing.
 */
export async function EnvironmentWorkflow(input: EnvironmentInput): Promise<void> {
  const { specification, resumed } = input;
  const record = new EnvironmentRecord(input.environment);
  const life: Life = resumed?.life ?? { run: workflowInfo().firstExecutionRunId, nonce: uuid4() };
  const saga = new Saga();
  let namespace = resumed?.namespace;

  setHandler(startUpdate, outcome);
  setHandler(accessUpdate, (asked) => grantAccess(record.environment, namespace, asked));

  try {
    if (resumed === undefined) await withinDeadline(specification.recipe.deadline, record, provision);
    if ((await untilItsEnd()) === 'history is long') return await goOnInNewRun();
  } catch (error) {
    // Anything else is a defect of this code or the way to a new run: neither may cost anybody their environment.
    if (!(error instanceof TemporalFailure)) throw error;
    if (!isCancellation(error)) return await undo(error);
  }
  await handOver();

  async function provision(readyBy: Date): Promise<void> {
    record.enter('provisioning');
    // Whatever is built lives in the namespace, so that its end is the end of all.
    saga.compensateWith(() => tearDown(record, life, namespace));
    const isolated = await step('isolation', () => quick.isolate(specification, life));
    namespace = isolated;
    record.locate(isolated.name);
    const runs = hasWorkload(specification);
    if (runs) await step('workload', () => runWorkload(record, specification, isolated, readyBy));
    record.enter('verifying');
    // Guards are verified as they are made; much may have happened while pods started.
    if (runs) await step('verification', () => quick.verifyEnvironment(specification, isolated));
    const now = Date.now();
    record.enter('ready', {
      ready_at: new Date(now).toISOString(),
      expires_at: new Date(now + durationMs(specification.ttl)).toISOString(),
    });
  }

  function step<T>(name: StepName, run: () => Promise<StepResult<T>>): Promise<T> {
    return record.step(name, () => persistently(record, run));
  }

  /** Ready: until its time is over, or its history is long enough for a new run. */
  async function untilItsEnd(): Promise<'ended' | 'history is long'> {
    const leftMs = Math.max(0, Date.parse(record.environment.expires_at ?? '') - Date.now());
    const isLong = await condition(() => workflowInfo().continueAsNewSuggested, leftMs);
    return isLong ? 'history is long' : 'ended';
  }

  async function goOnInNewRun(): Promise<void> {
    await condition(allHandlersFinished);
    const { environment } = record;
    if (namespace === undefined) throw new Error('A ready environment has a namespace.');
    // Only what the first run was started with would be carried over by itself.
    const goOn = makeContinueAsNewFunc<typeof EnvironmentWorkflow>({
      memo: { environment },
      typedSearchAttributes: searchAttributesOf(environment),
    });
    await goOn({ specification, environment, resumed: { life, namespace } });
  }

  function handOver(): Promise<void> {
    return CancellationScope.nonCancellable(async () => {
      record.breakOff('cancelled');
      record.enter('terminating');
      await handOverTo(record, life, namespace);
      await condition(allHandlersFinished);
    });
  }

  function undo(error: unknown): Promise<never> {
    return CancellationScope.nonCancellable(async () => {
      const step = record.environment.steps.at(-1)?.name ?? 'isolation';
      record.breakOff('failed', causeOf(error));
      await saga.undo();
      const found = problemOf(error, step);
      record.enter('failed', { problem: found });
      await condition(allHandlersFinished);
      throw failureOf(found);
    });
  }

  /** What a caller of start is told once it is known: the environment, or the problem. */
  async function outcome(): Promise<Environment> {
    const settled = () => ['ready', 'failed', 'terminating'].includes(record.environment.state);
    await CancellationScope.nonCancellable(() => condition(settled));
    const { environment } = record;
    if (environment.problem) throw failureOf(environment.problem);
    if (environment.state === 'ready') return environment;
    throw failureOf(problem('terminated-meanwhile', 'It was terminated before it was ready. Start it again.'));
  }
}
