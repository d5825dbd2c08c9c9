import { randomBytes } from 'node:crypto';
import { Client, Connection } from '@temporalio/client';
import { inject } from 'vitest';
import { registerSearchAttributes } from '../../src/local/temporal/search-attributes.ts';
import { SEARCH_ATTRIBUTE_NAMES } from '../../src/workflows/search-attributes.ts';

const RETENTION = { seconds: 86_400 as unknown as Long };

/** A namespace of its own on the shared Temporal, which goes with the server. The caller closes the connection. */
export async function newTemporalNamespace(): Promise<Client> {
  const { temporal: address } = inject('servers');
  const namespace = `stage-${randomBytes(5).toString('hex')}`;
  const connection = await Connection.connect({ address });
  await connection.workflowService.registerNamespace({ namespace, workflowExecutionRetentionPeriod: RETENTION });
  await registerSearchAttributes(address, namespace, SEARCH_ATTRIBUTE_NAMES, new AbortController().signal);
  return new Client({ connection, namespace });
}

/** The one namespace of a Temporal server of a test's own. */
export async function defaultNamespaceAt(address: string): Promise<Client> {
  return new Client({ connection: await Connection.connect({ address }) });
}
