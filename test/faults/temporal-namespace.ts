import { randomBytes } from 'node:crypto';
import { Client, Connection } from '@temporalio/client';
import { inject } from 'vitest';
import { registerSearchAttributes } from '../../src/local/temporal/search-attributes.ts';
import { SEARCH_ATTRIBUTE_NAMES } from '../../src/workflows/search-attributes.ts';

const RETENTION = { seconds: 86_400 as unknown as Long };

/** A namespace of its own on a Temporal, which goes with the server. The caller closes the connection. */
export async function newTemporalNamespace(address = inject('servers').temporal): Promise<Client> {
  const namespace = `stage-${randomBytes(5).toString('hex')}`;
  const connection = await Connection.connect({ address });
  await connection.workflowService.registerNamespace({ namespace, workflowExecutionRetentionPeriod: RETENTION });
  await registerSearchAttributes(address, namespace, SEARCH_ATTRIBUTE_NAMES, new AbortController().signal);
  return new Client({ connection, namespace });
}
