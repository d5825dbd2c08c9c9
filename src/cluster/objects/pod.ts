import type { V1PodSpec, V1Probe, V1SecurityContext } from '@kubernetes/client-node';
import type { Pod, Probe } from '../../environment/recipe.ts';

/** Any user but root, the same for the process and the volumes that it writes. */
const USER = 1000;
/** As the Pod Security Standard `restricted` wants it. */
const CONTAINER_SECURITY: V1SecurityContext = {
  allowPrivilegeEscalation: false,
  capabilities: { drop: ['ALL'] },
  runAsNonRoot: true,
};

/** The pod of a deployment, with one container of the same name. */
export function podSpec(name: string, pod: Pod): V1PodSpec {
  const amounts = {
    cpu: pod.cpu,
    memory: pod.memory,
    ...(pod.ephemeral_storage !== undefined && { 'ephemeral-storage': pod.ephemeral_storage }),
  };
  const volumes = Object.keys(pod.volumes).map((volume) => ({
    name: `volume-${volume}`,
    persistentVolumeClaim: { claimName: volume },
  }));
  const configuration = Object.keys(pod.config).map((item) => ({ name: `config-${item}`, configMap: { name: item } }));
  const volumeMounts = [
    ...Object.entries(pod.volumes).map(([volume, mountPath]) => ({ name: `volume-${volume}`, mountPath })),
    ...Object.entries(pod.config).map(([item, mountPath]) => ({ name: `config-${item}`, mountPath, readOnly: true })),
  ];
  return {
    automountServiceAccountToken: false,
    enableServiceLinks: false,
    securityContext: {
      runAsUser: USER,
      runAsGroup: USER,
      fsGroup: USER,
      seccompProfile: { type: 'RuntimeDefault' },
    },
    containers: [
      {
        name,
        image: pod.image,
        ...(pod.command && { command: pod.command }),
        ...(pod.working_directory !== undefined && { workingDir: pod.working_directory }),
        env: Object.entries(pod.env).map(([variable, value]) => ({ name: variable, value })),
        ports: pod.ports.map((containerPort) => ({ containerPort, protocol: 'TCP' })),
        resources: { requests: amounts, limits: amounts },
        ...(pod.readiness && { readinessProbe: probe(pod.readiness) }),
        // What it said last is shown to people while they wait for it.
        terminationMessagePolicy: 'FallbackToLogsOnError',
        securityContext: CONTAINER_SECURITY,
        volumeMounts,
      },
    ],
    volumes: [...volumes, ...configuration],
  };
}

function probe({ http, tcp, exec }: Probe): V1Probe {
  return {
    periodSeconds: 1,
    ...(http && { httpGet: http }),
    ...(tcp && { tcpSocket: tcp }),
    ...(exec && { exec: { command: exec } }),
  };
}
