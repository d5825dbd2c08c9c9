import type { V1LimitRange, V1ResourceQuota } from '@kubernetes/client-node';
import type { Guards } from '../../environment/recipe.ts';
import { MANAGED } from './labels.ts';

/** Objects that cost little each, yet must not be without limit. */
const OBJECT_COUNTS = {
  secrets: '50',
  configmaps: '50',
  'count/deployments.apps': '20',
  'count/statefulsets.apps': '20',
  'count/replicasets.apps': '100',
  'count/jobs.batch': '20',
  'count/cronjobs.batch': '20',
  'count/ingresses.networking.k8s.io': '10',
};
/** Either would open a door past the network policies. */
const NO_DOORS = { 'services.nodeports': '0', 'services.loadbalancers': '0' };

/** What keeps everything asleep, whoever made it: no pod starts, and no cron job piles up jobs. */
const ASLEEP = { pods: '0', 'count/jobs.batch': '0' };

/** What the environment may hold altogether. */
export function resourceQuota(
  namespace: string,
  { quota }: Pick<Guards, 'quota'>,
  { asleep }: { asleep: boolean },
): V1ResourceQuota {
  return {
    apiVersion: 'v1',
    kind: 'ResourceQuota',
    metadata: { name: 'quota', namespace, labels: MANAGED },
    spec: {
      hard: {
        'requests.cpu': quota.cpu,
        'limits.cpu': quota.cpu,
        'requests.memory': quota.memory,
        'limits.memory': quota.memory,
        'requests.ephemeral-storage': quota.ephemeral_storage,
        'limits.ephemeral-storage': quota.ephemeral_storage,
        'requests.storage': quota.storage,
        persistentvolumeclaims: String(quota.volumes),
        pods: String(quota.pods),
        services: String(quota.services),
        ...OBJECT_COUNTS,
        ...NO_DOORS,
        ...(asleep && ASLEEP),
      },
    },
  };
}

/**
 * What a container gets that asks for nothing, and the most that one container and one volume may take. A pod may take no
 * more than a container: two of them could otherwise hold the whole quota.
 */
export function limitRange(namespace: string, { container, quota }: Guards): V1LimitRange {
  const amounts = ({ cpu, memory, ephemeral_storage }: Guards['container']['default']): Record<string, string> => ({
    cpu,
    memory,
    'ephemeral-storage': ephemeral_storage,
  });
  return {
    apiVersion: 'v1',
    kind: 'LimitRange',
    metadata: { name: 'limits', namespace, labels: MANAGED },
    spec: {
      limits: [
        {
          type: 'Container',
          _default: amounts(container.default),
          defaultRequest: amounts(container.default),
          max: amounts(container.max),
        },
        { type: 'Pod', max: amounts(container.max) },
        { type: 'PersistentVolumeClaim', max: { storage: quota.storage } },
      ],
    },
  };
}
