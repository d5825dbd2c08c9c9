import { readFileSync } from 'node:fs';
import type { V1EnvVar, V1Pod } from '@kubernetes/client-node';
import type { Namespace } from '../../environment/life.ts';
import { MANAGED } from '../objects/labels.ts';
import { podSpec } from '../objects/pod.ts';
import type { Probe } from './plan.ts';

/** Names the environment that a pod proves, by the uid of its namespace. */
export const PROOF_LABEL = 'berth.dev/proof';
/** Where listeners answer TCP and UDP. */
export const LISTEN_PORT = 7701;
const READY_PORT = 7702;

const SCRIPT = readFileSync(new URL('./probe.py', import.meta.url), 'utf8');
const AMOUNTS = { cpu: '200m', memory: '64Mi', ephemeral_storage: '16Mi' };
/** Longer than an environment may wait for its proof. What outlives its worker ends then. */
const LONGEST_S = 3600;

/** What the pods of a proof are made from. */
export interface PodOptions {
  readonly image: string;
  /** The environment that is proved: with its end, the cluster removes all pods of its proof, wherever they are. */
  readonly environment: Namespace;
  /** Where the pod runs: in that environment, or in its neighbour. */
  readonly namespace: string;
}

/** A pod that answers whoever reaches it, and is ready once it has reached itself by each of its addresses. */
export function listenerPod(options: PodOptions): V1Pod {
  return probePod('listener', options, ['listen', String(LISTEN_PORT), String(READY_PORT)], READY_PORT);
}

/** A pod that tries what it is told, and ends with one letter for each: see probe.py. */
export function proberPod(options: PodOptions, probes: readonly Probe[]): V1Pod {
  const told = probes.map(({ host, port, protocol, expected }) => [host, port, protocol, expected]);
  return probePod('prober', options, ['probe', JSON.stringify(told)]);
}

/** Restricted as every pod of an environment is, and under its policies: they are for all pods. */
function probePod(role: string, options: PodOptions, args: string[], readyPort?: number): V1Pod {
  const { image, environment, namespace } = options;
  const spec = podSpec(role, {
    image,
    command: ['python3', '-c', SCRIPT, ...args],
    replicas: 1,
    env: {},
    ...AMOUNTS,
    volumes: {},
    config: {},
    ports: [],
    ...(readyPort !== undefined && { readiness: { tcp: { port: readyPort } } }),
  });
  const containers = spec.containers.map((container) => ({
    ...container,
    env: [told('POD_IPS', 'status.podIPs'), told('HOST_IP', 'status.hostIP')],
  }));
  const { name, uid } = environment;
  return {
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: {
      name: `proof-${role}-${uid}`,
      namespace,
      labels: { ...MANAGED, [PROOF_LABEL]: uid },
      ownerReferences: [{ apiVersion: 'v1', kind: 'Namespace', name, uid }],
    },
    spec: {
      ...spec,
      containers,
      restartPolicy: 'Never',
      activeDeadlineSeconds: LONGEST_S,
      terminationGracePeriodSeconds: 1,
      // A DNS that does not answer is known after seconds, not after a minute.
      dnsConfig: { options: ['timeout', 'attempts'].map((name) => ({ name, value: '1' })) },
    },
  };
}

function told(name: string, fieldPath: string): V1EnvVar {
  return { name, valueFrom: { fieldRef: { fieldPath } } };
}
