import { once } from 'node:events';
import { type AddressInfo, createServer, type Socket } from 'node:net';
import { LOOPBACK } from '../../../src/local/ports.ts';
import { inForce, isAbout, type Lift, nameOf, type Requests, rulesFor } from './requests.ts';
import type { Stage } from './stage.ts';
import { until } from './until.ts';

/** As long as the apiserver itself waits for a request of the worker. */
const WEBHOOK_TIMEOUT_S = 10;

/** A webhook that requests cannot do without, and that takes them and never answers. */
export interface Standstill {
  lift: Lift;
  /** Waits until a request waits for the webhook. */
  reached(): Promise<void>;
}

/** Makes requests fail for now: an admission webhook that they cannot do without is down. */
export async function breakDown(stage: Stage, requests: Requests): Promise<Lift> {
  return await webhook(stage, requests, (socket) => socket.destroy());
}

/** Makes requests wait: an admission webhook that they cannot do without takes them, and does not answer. */
export async function holdUp(stage: Stage, requests: Requests): Promise<Standstill> {
  const held: Socket[] = [];
  let holds = false;
  const lift = await webhook(stage, requests, (socket) => (holds ? held.push(socket) : socket.destroy()));
  holds = true;
  return {
    reached: () => until(`a request for ${requests.resource} is held up`, () => held.length > 0),
    lift: async () => {
      for (const socket of held) socket.destroy();
      await lift();
    },
  };
}

async function webhook(stage: Stage, requests: Requests, onRequest: (socket: Socket) => void): Promise<Lift> {
  const name = nameOf('outage', requests);
  const server = createServer((socket) => {
    socket.on('error', () => socket.destroy());
    onRequest(socket);
  });
  await once(server.listen(0, LOOPBACK), 'listening');
  const { port } = server.address() as AddressInfo;
  const configuration = {
    apiVersion: 'admissionregistration.k8s.io/v1',
    kind: 'ValidatingWebhookConfiguration',
    metadata: { name },
    webhooks: [
      {
        name: `${name}.berth.dev`,
        clientConfig: { url: `https://${LOOPBACK}:${port}/` },
        rules: rulesFor(requests),
        matchConditions: [{ name: 'about', expression: isAbout(requests, name) }],
        failurePolicy: 'Fail',
        sideEffects: 'None',
        timeoutSeconds: WEBHOOK_TIMEOUT_S,
        admissionReviewVersions: ['v1'],
      },
    ],
  };
  const { metadata } = await stage.cluster.create(configuration);
  await inForce(stage, name);
  return async () => {
    const { uid = '' } = metadata as { uid?: string };
    await stage.cluster.delete(configuration, uid);
    server.close();
  };
}
