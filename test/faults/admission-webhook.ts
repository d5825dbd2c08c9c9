import { readFileSync } from 'node:fs';
import type { ServerResponse } from 'node:http';
import { createServer } from 'node:https';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import type { V1ValidatingWebhookConfiguration } from '@kubernetes/client-node';
import { expect, inject, onTestFinished } from 'vitest';
import type { Cluster } from '../../src/cluster/client.ts';
import { ClusterError } from '../../src/cluster/errors.ts';
import { LOOPBACK } from '../../src/local/ports.ts';
import { adminCluster } from '../setup/client.ts';

/** What a webhook says to a request; nothing, where it lets the apiserver wait until that gives up. */
export type Verdict = 'allowed' | 'no answer' | { readonly denied: string };

/** What a webhook is asked about. */
export interface Question {
  readonly resource: string;
  readonly namespace: string;
}

/** The part of an `AdmissionReview` that matters here. */
interface Review {
  request: { uid: string; name: string; namespace: string; resource: { resource: string } };
}

const RESOURCES = ['configmaps', 'resourcequotas', 'deployments', 'pods'];
const TIMEOUT_S = 1;

/**
 * Registers an admission webhook at the shared cluster until the test is over, which is asked about what is created for
 * developers whose names begin so, and waits until the apiserver asks it.
 *
 * @returns all that it is asked from here on, in the order in which it comes
 */
export async function registerWebhook(developers: string, judge: (question: Question) => Verdict): Promise<Question[]> {
  const asked: Question[] = [];
  const probe = `${developers}-probe`;
  const directory = join(inject('servers').stateDir, 'control-plane', 'certificates', LOOPBACK);
  // The apiserver's own certificate is of this address too.
  const [cert, key] = ['apiserver.crt', 'apiserver.key'].map((file) => readFileSync(join(directory, file)));
  const server = createServer({ cert, key }, async (message, response) => {
    const { request } = JSON.parse(Buffer.concat(await message.toArray()).toString()) as Review;
    const question = { resource: request.resource.resource, namespace: request.namespace };
    const isProbe = request.name === probe;
    if (!isProbe) asked.push(question);
    reply(response, request.uid, isProbe ? { denied: probe } : judge(question));
  });
  await new Promise<void>((resolve) => server.listen(0, LOOPBACK, resolve));
  const admin = await adminCluster();
  const { port } = server.address() as AddressInfo;
  const url = `https://${LOOPBACK}:${port}`;
  const webhook = configuration(developers, probe, { url, caBundle: cert?.toString('base64') ?? '' });
  const { metadata } = await admin.create(webhook);
  onTestFinished(async () => {
    await admin.delete({ ...webhook, metadata: { name: webhook.metadata.name } }, metadata.uid ?? '');
    server.closeAllConnections();
    server.close();
  });
  await expect.poll(() => refusalOf(admin, probe), { timeout: 30_000 }).toContain(probe);
  return asked;
}

function configuration(developers: string, probe: string, clientConfig: { url: string; caBundle: string }) {
  const ours = `request.namespace.startsWith('dev-${developers}') || request.name == '${probe}'`;
  return {
    apiVersion: 'admissionregistration.k8s.io/v1',
    kind: 'ValidatingWebhookConfiguration',
    metadata: { name: probe } as { name: string; uid?: string },
    webhooks: [
      {
        name: `${developers}.faults.berth.test`,
        clientConfig,
        rules: [{ apiGroups: ['*'], apiVersions: ['*'], resources: RESOURCES, operations: ['CREATE'] }],
        matchConditions: [{ name: 'ours', expression: ours }],
        failurePolicy: 'Fail',
        sideEffects: 'None',
        timeoutSeconds: TIMEOUT_S,
        admissionReviewVersions: ['v1'],
      },
    ],
  } satisfies V1ValidatingWebhookConfiguration;
}

function reply(response: ServerResponse, uid: string, verdict: Verdict): void {
  if (verdict === 'no answer') return;
  const allowed = verdict === 'allowed';
  const answer = { uid, allowed, ...(!allowed && { status: { message: verdict.denied } }) };
  response.setHeader('content-type', 'application/json');
  response.end(JSON.stringify({ apiVersion: 'admission.k8s.io/v1', kind: 'AdmissionReview', response: answer }));
}

/** How the apiserver refuses what only the webhook would; empty where it does not. */
async function refusalOf(admin: Cluster, name: string): Promise<string> {
  const probe = { apiVersion: 'v1', kind: 'ConfigMap', metadata: { name, namespace: 'default' } };
  try {
    const { metadata } = await admin.create<typeof probe & { metadata: { uid?: string } }>(probe);
    await admin.delete(probe, metadata.uid ?? '');
    return '';
  } catch (error) {
    if (error instanceof ClusterError) return error.message;
    throw error;
  }
}
