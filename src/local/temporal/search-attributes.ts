import { setTimeout as sleep } from 'node:timers/promises';
import { Connection } from '@temporalio/client';
import { UserError } from '../user-error.ts';

// temporal.api.enums.v1.IndexedValueType.
const INDEXED_VALUE_TYPE_KEYWORD = 2;

/**
 * Waits until a Temporal server serves, registers the search attributes that it lacks, all of type Keyword, and waits until it
 * goes by them.
 *
 * @param timeoutMs - how long the server may take until it answers
 * @throws {@link UserError} when it does not answer
 */
export async function registerSearchAttributes(
  address: string,
  namespace: string,
  names: readonly string[],
  signal: AbortSignal,
  timeoutMs = 30_000,
): Promise<void> {
  const deadline = Date.now() + timeoutMs;
  for (;;) {
    signal.throwIfAborted();
    try {
      return await register(address, namespace, names);
    } catch (error) {
      if (Date.now() > deadline) throw unreachable(address, error);
      await sleep(50);
    }
  }
}

async function register(address: string, namespace: string, names: readonly string[]): Promise<void> {
  const connection = await Connection.connect({ address, connectTimeout: 2_000 });
  try {
    const present = await connection.operatorService.listSearchAttributes({ namespace });
    const missing = names.filter((name) => !(name in present.customAttributes));
    if (missing.length > 0) {
      const searchAttributes = Object.fromEntries(missing.map((name) => [name, INDEXED_VALUE_TYPE_KEYWORD]));
      await connection.operatorService.addSearchAttributes({ namespace, searchAttributes });
    }
    // What is registered is known to who starts and who searches a few seconds later.
    const query = names.map((name) => `${name} = 'known'`).join(' AND ');
    await connection.workflowService.countWorkflowExecutions({ namespace, query });
  } finally {
    await connection.close();
  }
}

function unreachable(address: string, error: unknown): UserError {
  const reason = error instanceof Error ? error.message : String(error);
  return new UserError(`Temporal at ${address} does not answer (${reason}); check that it runs and can be reached.`);
}
