import { randomUUID } from 'node:crypto';
import { fileURLToPath } from 'node:url';
import { Client, Connection, type WorkflowHandle } from '@temporalio/client';
import { bundleWorkflowCode, DefaultLogger, NativeConnection, Runtime } from '@temporalio/worker';
import { afterAll, beforeAll, describe, expect, inject, it, onTestFinished } from 'vitest';
import { LeanWorker } from '../../src/worker/lean-worker.ts';
import { bundleOf } from '../../src/worker/worker.ts';
import { endless, failing, forgetful, sound } from './defective-workflows.ts';

const QUEUE = `lean-worker-${randomUUID()}`;

// What the SDK promises of workflows must hold as well where they run without some of what it does around them.
describe('a worker that runs workflows leanly', () => {
  let connection: Connection;
  let native: NativeConnection;
  let client: Client;
  let stop: () => Promise<void>;

  beforeAll(async () => {
    // That workflow tasks fail is what the tests are about.
    const logger = new DefaultLogger('ERROR');
    Runtime.install({ logger, telemetryOptions: { logging: { forward: {}, filter: 'OFF' } } });
    const address = inject('servers').temporal;
    [connection, native] = await Promise.all([Connection.connect({ address }), NativeConnection.connect({ address })]);
    client = new Client({ connection });
    const workflowsPath = fileURLToPath(new URL('defective-workflows.ts', import.meta.url));
    const workflowBundle = await bundleWorkflowCode({ ...bundleOf(workflowsPath), logger });
    const worker = await LeanWorker.create({ connection: native, taskQueue: QUEUE, workflowBundle });
    const running = worker.run();
    stop = () => {
      worker.shutdown();
      return running;
    };
  });
  afterAll(async () => {
    await stop();
    await Promise.all([connection.close(), native.close()]);
  });

  it('fails the task of one that loops without end, and runs all others on', async () => {
    const handle = await begin(endless);

    expect(await failureOf(handle)).toMatchObject({ message: expect.stringContaining('timed out') });
    expect(await (await begin(sound)).result()).toBe('done');
  });

  it('tells of an error where in the source it was thrown', async () => {
    const failure = await failureOf(await begin(failing));

    expect(failure).toMatchObject({ message: 'there is nothing of that kind' });
    expect(failure.stackTrace).toMatch(/at misled .*defective-workflows\.ts:17:\d+\)/);
  });

  it('fails the task of one that leaves a rejection to nobody, and goes on itself', async () => {
    const handle = await begin(forgetful);

    expect(await failureOf(handle)).toMatchObject({ message: expect.stringContaining('forgotten') });
    expect(await (await begin(sound)).result()).toBe('done');
  });

  async function begin(workflow: () => Promise<unknown>): Promise<WorkflowHandle<typeof workflow>> {
    const workflowId = `lean-worker-${randomUUID()}`;
    const handle = await client.workflow.start(workflow, { workflowId, taskQueue: QUEUE });
    onTestFinished(() => handle.terminate().then(ignore, ignore));
    return handle;
  }

  /** How the first workflow task of a run has failed. */
  async function failureOf(handle: WorkflowHandle) {
    await expect.poll(() => firstFailure(handle), { timeout: 30_000 }).toBeTruthy();
    return (await firstFailure(handle)) ?? {};
  }
});

async function firstFailure(handle: WorkflowHandle) {
  const { events } = await handle.fetchHistory();
  return events?.find((event) => event.workflowTaskFailedEventAttributes)?.workflowTaskFailedEventAttributes?.failure;
}

function ignore(): void {
  // It may have ended by itself.
}
