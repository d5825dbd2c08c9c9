import type { KubernetesObject, V1Pod } from '@kubernetes/client-node';
import { expect, inject, it } from 'vitest';
import { readOwnImages } from '../../src/templates/own-images.ts';
import { adminCluster, call, someDeveloper, start, status, terminate, tokenFor } from '../setup/client.ts';

const GRACE_S = 15;
const NODE_IMAGES = 'node/images.json';

it('a pod that takes its time to end is guarded until it has ended: its policies outlive it', async () => {
  const developer = someDeveloper();
  const token = await tokenFor(developer);
  const identity = { dev_id: developer, project: 'shop' };
  const { body } = await start(token, { ...identity, template: 'bare' });
  const namespace = body.namespace ?? '';
  const cluster = await adminCluster();
  const stubborn = await stubbornPod(namespace);
  await cluster.create(stubborn);
  await expect
    .poll(() => cluster.read<V1Pod>(stubborn), { timeout: 60_000 })
    .toMatchObject({ status: { phase: 'Running' } });

  await terminate(token, identity, { Prefer: 'respond-async' });

  let sawItEnding = false;
  for (let pod = await cluster.read<V1Pod>(stubborn); pod !== undefined; pod = await cluster.read<V1Pod>(stubborn)) {
    sawItEnding ||= pod.metadata?.deletionTimestamp !== undefined;
    const policies = await cluster.list<KubernetesObject>(POLICY, namespace);
    // The pod may have gone between the two looks.
    if ((await cluster.read(stubborn)) !== undefined)
      expect(policies.map(({ metadata }) => metadata?.name)).toContain('deny-all');
  }
  expect(sawItEnding).toBe(true);
  await expect
    .poll(() => call(token, 'POST', '/environments/terminate', { body: identity }), SETTLING)
    .toMatchObject({
      status: 200,
    });
  expect((await status(token, identity)).body.state).toBe('terminated');
});

const POLICY = { apiVersion: 'networking.k8s.io/v1', kind: 'NetworkPolicy' };
const SETTLING = { timeout: 120_000, interval: 1000 };

/** A pod that does not heed being told to end. */
async function stubbornPod(namespace: string) {
  const [image] = Object.values(await readOwnImages(`${inject('servers').stateDir}/${NODE_IMAGES}`));
  return {
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: { name: 'stubborn', namespace },
    spec: {
      terminationGracePeriodSeconds: GRACE_S,
      automountServiceAccountToken: false,
      securityContext: { runAsUser: 1000, runAsNonRoot: true, seccompProfile: { type: 'RuntimeDefault' } },
      containers: [
        {
          name: 'stubborn',
          image,
          command: ['sh', '-c', "trap '' TERM; sleep 1000 & wait"],
          securityContext: { allowPrivilegeEscalation: false, capabilities: { drop: ['ALL'] } },
        },
      ],
    },
  };
}
