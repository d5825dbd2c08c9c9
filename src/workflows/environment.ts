import {
  allHandlersFinished,
  CancellationScope,
  condition,
  isCancellation,
  makeContinueAsNewFunc,
  patched,
  setHandler,
  TemporalFailure,
  uuid4,
  workflowInfo,
} from '@temporalio/workflow';
import type { Isolated } from '../activities/provision.ts';
import { abandonmentText } from '../environment/abandonment.ts';
import { demandsProof, hasWorkload } from '../environment/demands.ts';
import { advance, type StepName } from '../environment/environment.ts';
import { CLAIMED, claimable } from '../environment/handed-over.ts';
import type { Life, Namespace } from '../environment/life.ts';
import type { Problem } from '../environment/problem.ts';
import { asleep, ready, waking } from '../environment/sleep.ts';
import { grantAccess } from './access.ts';
import { quick } from './activity-options.ts';
import { withinDeadline } from './deadline.ts';
import { causeOf, failureOf, problemOf } from './failure.ts';
import { handOverTo, tearDown } from './hand-over.ts';
import { Memory, SOON_MS } from './memory.ts';
import { Mender } from './mending.ts';
import { accessUpdate, type EnvironmentInput } from './messages.ts';
import { persistently } from './persistently.ts';
import { proveIsolation } from './proof.ts';
import { EnvironmentRecord, type StepResult } from './record.ts';
import { Saga } from './saga.ts';
import { searchAttributesOf } from './search-attributes.ts';
import { putToSleep, retention } from './sleep.ts';
import { Wishes } from './wishes.ts';
import { runWorkload } from './workload.ts';

/** What nobody can have begun before: the history of a run as its first task finds it. */
const FIRST_TASK_EVENTS = 3;

/**
 * One life of one environment: isolate → prove → run the workload → verify → ready → asleep ⇄ ready → terminate. Where a
 * warm slot is there, it is claimed, and ready at once.
 *
 * When its time is over it is put to sleep: nothing runs, and all work is kept, until somebody wakes it or its retention
 * is over. What cannot be woken sleeps on. It ends with a teardown that takes the namespace over; this run closes at
 * once, so that a new start is a new run. A provisioning that fails for good is undone, and ends this run as failed, with
 * the problem in its memo. Cancelling it ends the environment, whatever it is doing.
 */
export async function EnvironmentWorkflow(input: EnvironmentInput): Promise<void> {
  const { resumed } = input;
  // A slot that is claimed may be of an earlier version of the template.
  let { specification } = input;
  const record = new EnvironmentRecord(input.environment);
  const life: Life = resumed?.life ?? { run: workflowInfo().firstExecutionRunId, nonce: uuid4() };
  const saga = new Saga();
  // Runs that were begun before namespaces could remember go on without.
  const memory = patched('namespaces-remember') ? new Memory(record, place, () => mender.ask()) : undefined;
  const mender = new Mender(record, () => specification, place, resumed?.isToCheck);
  const wishes = new Wishes(record, () => specification.recipe.lifetime, memory, mender);
  let namespace = resumed?.namespace;

  setHandler(accessUpdate, (asked) => grantAccess(record.environment, namespace, asked));

  try {
    if (resumed === undefined)
      await withinDeadline(specification.recipe.deadline, record, provision).catch(unlessMovedOn);
    for (let isThere = true; isThere; ) {
      const next = await wishes.next();
      if (next === 'a new run') {
        await memory?.settled();
        if (wishes.isAnybodyWaiting) continue;
        return await goOnInNewRun();
      }
      if (next === 'its time is over') {
        if (await hasMovedOn()) continue;
        // Where the cluster was away, people may have said much meanwhile.
        if (patched('listens-while-it-looks') && !wishes.isTimeOver) continue;
        if (record.environment.state === 'asleep') break;
      }
      const turns = { wake, sleep: fallAsleep, 'its time is over': fallAsleep, mend: () => mender.mend() };
      isThere = await turns[next]();
    }
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
    const { claimed, ...made } = await step('isolation', () => isolateOrClaim());
    namespace = made;
    record.locate(namespace.name);
    if (claimed !== undefined) {
      specification = claimed.specification;
      record.become({ ...claimed.environment, steps: record.environment.steps });
      return;
    }
    // Before the workload: nothing of it runs where it is not isolated, and its quota is still free.
    if (demandsProof(specification)) await step('proof', () => proveIsolation(record, specification, place(), readyBy));
    await becomeReady(readyBy);
  }

  async function isolateOrClaim(): Promise<StepResult<Isolated>> {
    const known = { environment: claimable(record.environment, new Date(), specification.ttl), isFirst: isFirstTask() };
    const result = await quick.isolate(specification, life, known);
    return result.value.claimed === undefined ? result : { ...result, message: CLAIMED };
  }

  /** What people were given meanwhile, as far as Temporal can tell, is not undone. */
  async function unlessMovedOn(error: unknown): Promise<void> {
    if (!(error instanceof TemporalFailure) || isCancellation(error) || !(await hasMovedOn())) throw error;
  }

  /** @returns whether it is later than was known here: from now on it is known as it is */
  async function hasMovedOn(known = record.environment): Promise<boolean> {
    const found = await memory?.catchUp(life, known);
    namespace ??= found?.namespace;
    specification = found?.specification ?? specification;
    return found !== undefined;
  }

  async function becomeReady(readyBy: Date): Promise<void> {
    const runs = hasWorkload(specification);
    if (runs) await step('workload', () => runWorkload(record, specification, place(), readyBy));
    const verifying = advance(record.environment, 'verifying');
    // Guards are verified as they are made; much may have happened while pods started.
    if (runs) {
      record.become(verifying);
      await step('verification', () => quick.verifyEnvironment(specification, place()));
    }
    const wasEverReady = record.environment.ready_at !== undefined;
    const handedOver = ready(runs ? record.environment : verifying, new Date(), specification.ttl);
    // What its developer was ever given is never lost, whatever happens to Temporal from here on.
    const later = memory && !wasEverReady ? await memory.keep(handedOver) : undefined;
    record.become(later ?? { ...handedOver, steps: record.environment.steps });
    if (wasEverReady) memory?.renew();
  }

  function step<T>(name: StepName, run: () => Promise<StepResult<T>>): Promise<T> {
    return record.step(name, () => persistently(record, run));
  }

  /** @returns whether the environment is still there */
  async function fallAsleep(problem?: Problem): Promise<boolean> {
    const isThere = await record.step('sleep', () => putToSleep(record, specification, place()));
    if (!isThere) return false;
    record.become(asleep(record.environment, new Date(), retention(specification), problem));
    memory?.renew();
    return true;
  }

  /** @returns whether the environment is still there: ready, or asleep again with what kept it from waking */
  async function wake(): Promise<boolean> {
    const before = record.environment;
    try {
      record.become(waking(before));
      await withinDeadline(specification.recipe.deadline, record, async (readyBy) => {
        await step('isolation', () => quick.rouse(specification, place()));
        await becomeReady(readyBy);
      });
      return true;
    } catch (error) {
      if (!(error instanceof TemporalFailure) || isCancellation(error)) throw error;
      // It may have been woken long ago, and Temporal restored from before that.
      if (patched('looks-before-it-sleeps-again') && (await hasMovedOn(before))) return true;
      return await fallAsleep(brokenOff(error, 'it is asleep again, with all that was in it'));
    }
  }

  function place(): Namespace {
    if (namespace === undefined) throw new Error('An environment that is isolated has a namespace.');
    return namespace;
  }

  async function goOnInNewRun(): Promise<void> {
    const { environment } = record;
    // Only what the first run was started with would be carried over by itself.
    const goOn = makeContinueAsNewFunc<typeof EnvironmentWorkflow>({
      memo: { environment },
      typedSearchAttributes: searchAttributesOf(environment),
    });
    await goOn({
      specification,
      environment,
      resumed: { life, namespace: place(), isToCheck: mender.dueMs !== undefined },
    });
  }

  function handOver(): Promise<void> {
    const isWanted = CancellationScope.current().consideredCancelled;
    return CancellationScope.nonCancellable(async () => {
      record.breakOff('cancelled');
      record.enter('terminating');
      await handOverTo(record, life, namespace, isWanted);
      await condition(allHandlersFinished);
    });
  }

  function undo(error: unknown): Promise<never> {
    return CancellationScope.nonCancellable(async () => {
      const undone = brokenOff(error, 'everything is undone');
      await saga.undo();
      const { abandoned } = record.environment;
      const problem = abandoned ? brokenOff(error, abandonmentText(abandoned)) : undone;
      record.enter('failed', { problem });
      await condition(allHandlersFinished);
      throw failureOf(problem);
    });
  }

  /** Shows that the step that ran has failed. @returns the problem, to be told once it has come to its outcome */
  function brokenOff(error: unknown, outcome: string): Problem {
    const step = record.environment.steps.at(-1)?.name ?? 'isolation';
    record.breakOff('failed', causeOf(error));
    return problemOf(error, step, outcome);
  }
}

/**
 * Whether no worker can have done anything of this run of which its history tells nothing. A history that is restored from
 * a backup may be as short, but then it is some time ago that it began.
 */
function isFirstTask(): boolean {
  const { historyLength, startTime } = workflowInfo();
  return historyLength <= FIRST_TASK_EVENTS && Date.now() - startTime.getTime() < SOON_MS;
}
