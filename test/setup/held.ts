import { KubeConfig, type KubernetesObject, KubernetesObjectApi } from '@kubernetes/client-node';
import { expect, inject, onTestFinished } from 'vitest';
import type { Cluster } from '../../src/cluster/client.ts';
import type { Identity } from '../../src/environment/identity.ts';
import type { Guests } from '../faults/guests.ts';
import { type Answer, call, start, status, tokenFor } from './client.ts';

/** What holds on to objects, until the test lets them go. */
export const FINALIZER = 'example.com/holds-on';
export const NAMED_WITHIN = { timeout: 60_000 };
export const LATER = { Prefer: 'respond-async' };

/** An environment that is ready, and whose developer nobody else knows. */
export async function someEnvironment(
  guests: Guests,
  template = 'bare',
): Promise<{ token: string; identity: Identity; namespace: string }> {
  const identity = guests.identity();
  const token = await tokenFor(identity.dev_id);
  const { body } = await start(token, { ...identity, template });
  expect(body.state).toBe('ready');
  guests.accept(body);
  return { token, identity, namespace: body.namespace ?? '' };
}

/** Asks for a teardown to end though something is left. */
export function giveUp(token: string, identity: Identity, abandon: string): Promise<Answer> {
  return call(token, 'POST', '/environments/terminate', { body: { ...identity, abandon } });
}

/** What status says of the teardown. */
export async function teardownMessage(token: string, identity: Identity): Promise<string> {
  const { body } = await status(token, identity);
  return body.steps?.find(({ name }) => name === 'teardown')?.message ?? '';
}

/** An object that stays when it is deleted. */
export function held(kind: string, name: string, namespace: string): KubernetesObject {
  return { apiVersion: 'v1', kind, metadata: { name, namespace, finalizers: [FINALIZER] } };
}

/** Makes an object that stays until it is let go; @returns what does so */
export async function hold(kind: string, name: string, namespace: string): Promise<() => Promise<void>> {
  const api = administratorsApi();
  await api.create(held(kind, name, namespace));
  const release = () => setFinalizers(api, kind, name, namespace, []);
  onTestFinished(() => release().catch(() => undefined));
  return release;
}

/** The cluster with an administrator's rights, for requests that Berth has no use for. */
export function administratorsApi(): KubernetesObjectApi {
  const kubeConfig = new KubeConfig();
  kubeConfig.loadFromFile(inject('servers').adminKubeconfig);
  return KubernetesObjectApi.makeApiClient(kubeConfig);
}

/** Gives an object these finalizers, and no others. */
export async function setFinalizers(
  api: KubernetesObjectApi,
  kind: string,
  name: string,
  namespace: string | undefined,
  finalizers: string[],
): Promise<void> {
  const change = { apiVersion: 'v1', kind, metadata: { name, ...(namespace && { namespace }), finalizers } };
  await api.patch(change, undefined, undefined, undefined, undefined, 'application/merge-patch+json');
}

/** A webhook that nobody serves, asked before one namespace is deleted; @returns what takes it away */
export async function webhookThatIsDown(cluster: Cluster, namespace: string): Promise<() => Promise<void>> {
  const reference = {
    apiVersion: 'admissionregistration.k8s.io/v1',
    kind: 'ValidatingWebhookConfiguration',
    metadata: { name: `keep-${namespace}` },
  };
  const webhook = {
    name: 'keep.example.com',
    clientConfig: { url: 'https://127.0.0.1:1/' },
    rules: [{ apiGroups: [''], apiVersions: ['v1'], operations: ['DELETE'], resources: ['namespaces'] }],
    matchConditions: [{ name: 'this-one', expression: `request.name == '${namespace}'` }],
    admissionReviewVersions: ['v1'],
    sideEffects: 'None',
    failurePolicy: 'Fail',
  };
  const { metadata } = await cluster.create({ ...reference, webhooks: [webhook] } as typeof reference);
  const lift = () => cluster.delete(reference, (metadata as { uid?: string }).uid ?? '');
  onTestFinished(lift);
  return lift;
}
