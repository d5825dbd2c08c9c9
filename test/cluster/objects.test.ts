import type { V1Deployment, V1LimitRange, V1ResourceQuota, V1Service } from '@kubernetes/client-node';
import { describe, expect, test } from 'vitest';
import { parse } from 'yaml';
import { type DesiredObject, desiredObjects } from '../../src/cluster/objects/desired.ts';
import { namespaceObject } from '../../src/cluster/objects/namespace.ts';
import { fullRecipe } from '../environment/recipes.ts';

const recipe = fullRecipe();
const { guards, workload } = desiredObjects('dev-user123', recipe);
const all = [...guards, ...workload].flat();
const named = <T = DesiredObject>(kind: string, name: string) =>
  all.find((object) => object.kind === kind && object.metadata.name === name) as T;

describe('an environment', () => {
  test('begins with deny-all, alone, exactly as the first description of Berth has it', () => {
    const described = parse(`
      apiVersion: networking.k8s.io/v1
      kind: NetworkPolicy
      metadata:
        name: deny-all
        namespace: dev-user123
      spec:
        podSelector: {}
        policyTypes:
        - Ingress
        - Egress
        ingress: []
        egress: []
    `);
    const [first] = guards;
    const [{ metadata, ...content }] = first as [DesiredObject];
    const { name, namespace } = metadata;
    expect(first).toHaveLength(1);
    expect({ ...content, metadata: { name, namespace } }).toEqual(described);
  });

  test('consists of these objects, guards before workload, and what pods need before pods', () => {
    expect(
      [...guards, ...workload].map((group) => group.map(({ kind, metadata }) => `${kind} ${metadata.name}`)),
    ).toEqual([
      ['NetworkPolicy deny-all'],
      [
        'NetworkPolicy allow-dns',
        'NetworkPolicy allow-within',
        'NetworkPolicy allow-to-registry',
        'NetworkPolicy allow-to-everywhere',
        'NetworkPolicy allow-to-everywhere6',
        'ResourceQuota quota',
        'LimitRange limits',
        'ServiceAccount default',
        'ServiceAccount developer',
        'RoleBinding developer',
      ],
      ['ConfigMap settings', 'ConfigMap later', 'PersistentVolumeClaim home'],
      ['Deployment web', 'Deployment store', 'Service web'],
    ]);
  });

  test('lies wholly in its namespace, and says who made it', () => {
    for (const { metadata } of all) {
      expect(metadata).toMatchObject({ namespace: 'dev-user123', labels: { 'app.kubernetes.io/managed-by': 'berth' } });
    }
  });

  test('is the same whenever it is worked out: building and verifying go by one function', () => {
    expect(desiredObjects('dev-user123', fullRecipe())).toEqual({ guards, workload });
  });
});

describe('asleep, an environment', () => {
  const asleep = desiredObjects('dev-user123', recipe, { asleep: true });

  test('consists of the same objects in the same order', () => {
    const names = (groups: DesiredObject[][]) => groups.flat().map(({ kind, metadata }) => `${kind} ${metadata.name}`);
    expect(names([...asleep.guards, ...asleep.workload])).toEqual(names([...guards, ...workload]));
  });

  test('differs only in that no pod may run, no job is made, and no pod is asked for', () => {
    const changed = [...asleep.guards, ...asleep.workload].flat().filter((object, index) => {
      return JSON.stringify(object) !== JSON.stringify(all[index]);
    });
    expect(changed.map(({ kind, metadata }) => `${kind} ${metadata.name}`)).toEqual([
      'ResourceQuota quota',
      'Deployment web',
      'Deployment store',
    ]);
    const [quota, ...deployments] = changed as unknown as [V1ResourceQuota, ...V1Deployment[]];
    const awake = named<V1ResourceQuota>('ResourceQuota', 'quota');
    expect(quota.spec?.hard).toEqual({ ...awake.spec?.hard, pods: '0', 'count/jobs.batch': '0' });
    for (const { metadata, spec } of deployments) {
      const { spec: running } = named<V1Deployment>('Deployment', metadata?.name ?? '');
      expect(spec).toEqual({ ...running, replicas: 0 });
      expect(running?.replicas).toBeGreaterThan(0);
    }
  });
});

describe('the namespace', () => {
  test('is restricted by the Pod Security Standards in every mode, at a pinned version', () => {
    const { labels = {} } = namespaceObject('dev-user123').metadata ?? {};
    for (const mode of ['enforce', 'audit', 'warn']) {
      expect(labels[`pod-security.kubernetes.io/${mode}`]).toBe('restricted');
      expect(labels[`pod-security.kubernetes.io/${mode}-version`]).toMatch(/^v1\.\d+$/);
    }
  });

  test('is told by its uid where it is changed, so that no other of its name is', () => {
    expect(namespaceObject('dev-user123', { annotations: { a: 'b' } }, 'u-1').metadata).toMatchObject({
      uid: 'u-1',
      annotations: { a: 'b' },
    });
    expect(namespaceObject('dev-user123').metadata).not.toHaveProperty('uid');
  });
});

describe('the quota', () => {
  test('has exactly these keys: what isolation needs counted, and no doors', () => {
    expect(named('ResourceQuota', 'quota')).toMatchObject({
      spec: {
        hard: {
          'requests.cpu': '4',
          'limits.cpu': '4',
          'requests.memory': '8Gi',
          'limits.memory': '8Gi',
          'requests.ephemeral-storage': '16Gi',
          'limits.ephemeral-storage': '16Gi',
          'requests.storage': '50Gi',
          persistentvolumeclaims: '4',
          pods: '20',
          services: '10',
          'services.nodeports': '0',
          'services.loadbalancers': '0',
          secrets: '50',
          configmaps: '50',
          'count/deployments.apps': '20',
          'count/statefulsets.apps': '20',
          'count/replicasets.apps': '100',
          'count/jobs.batch': '20',
          'count/cronjobs.batch': '20',
          'count/ingresses.networking.k8s.io': '10',
        },
      },
    });
    const { hard } = (named('ResourceQuota', 'quota') as unknown as { spec: { hard: object } }).spec;
    expect(Object.keys(hard)).toHaveLength(20);
  });
});

describe('the limits', () => {
  const { limits = [] } = named<V1LimitRange>('LimitRange', 'limits').spec ?? {};

  test('give every container cpu, memory and ephemeral storage, and a most of each', () => {
    const amounts = { cpu: '250m', memory: '256Mi', 'ephemeral-storage': '512Mi' };
    expect(limits[0]).toEqual({
      type: 'Container',
      _default: amounts,
      defaultRequest: amounts,
      max: { cpu: '2', memory: '4Gi', 'ephemeral-storage': '8Gi' },
    });
  });

  test('let a pod of many containers take no more than one container may', () => {
    expect(limits[1]).toEqual({ type: 'Pod', max: { cpu: '2', memory: '4Gi', 'ephemeral-storage': '8Gi' } });
  });

  test('let no volume be larger than all together', () => {
    expect(limits[2]).toEqual({ type: 'PersistentVolumeClaim', max: { storage: '50Gi' } });
  });
});

describe('the developer', () => {
  test('is bound to one fixed role in this namespace', () => {
    expect(named('RoleBinding', 'developer')).toMatchObject({
      roleRef: { apiGroup: 'rbac.authorization.k8s.io', kind: 'ClusterRole', name: 'berth-developer' },
      subjects: [{ kind: 'ServiceAccount', name: 'developer', namespace: 'dev-user123' }],
    });
    expect(all.filter(({ kind }) => /^(Cluster)?Role$|ClusterRoleBinding/.test(kind))).toEqual([]);
  });

  test.each(['default', 'developer'])('gives no pod a token unasked: service account %s', (name) =>
    expect(named('ServiceAccount', name)).toMatchObject({ automountServiceAccountToken: false }),
  );
});

describe('a pod', () => {
  const deployment = named<V1Deployment>('Deployment', 'web');
  const pod = deployment.spec?.template.spec;
  const [container] = pod?.containers ?? [];

  test('keeps to the Pod Security Standard restricted', () => {
    expect(pod?.securityContext).toMatchObject({ runAsUser: 1000, seccompProfile: { type: 'RuntimeDefault' } });
    expect(container?.securityContext).toEqual({
      allowPrivilegeEscalation: false,
      capabilities: { drop: ['ALL'] },
      runAsNonRoot: true,
    });
    for (const field of ['hostNetwork', 'hostPID', 'hostIPC']) expect(pod).not.toHaveProperty(field);
    expect(JSON.stringify(pod)).not.toMatch(/hostPath|hostPort|"host"/);
  });

  test('has no token, and learns nothing of other services by its environment', () => {
    expect(pod).toMatchObject({ automountServiceAccountToken: false, enableServiceLinks: false });
  });

  test('is guaranteed what it may use: requests are limits', () => {
    const amounts = { cpu: '500m', memory: '1Gi', 'ephemeral-storage': '1Gi' };
    expect(container?.resources).toEqual({ requests: amounts, limits: amounts });
  });

  test('is what the recipe says', () => {
    expect(container).toMatchObject({
      name: 'web',
      image: 'registry.example/web:1',
      command: ['serve', '--port', '8080'],
      workingDir: '/home/dev',
      env: [{ name: 'COLOUR', value: 'blue' }],
      ports: [{ containerPort: 8080, protocol: 'TCP' }],
      readinessProbe: { periodSeconds: 1, httpGet: { path: '/healthy', port: 8080 } },
      volumeMounts: [
        { name: 'volume-home', mountPath: '/home/dev' },
        { name: 'config-settings', mountPath: '/etc/settings', readOnly: true },
      ],
    });
    expect(pod?.volumes).toEqual([
      { name: 'volume-home', persistentVolumeClaim: { claimName: 'home' } },
      { name: 'config-settings', configMap: { name: 'settings' } },
    ]);
  });

  test('that has a volume is stopped before its successor starts, since two cannot write it', () => {
    expect(deployment.spec?.strategy).toEqual({ type: 'Recreate' });
    expect(named<V1Deployment>('Deployment', 'store').spec?.strategy).toEqual({ type: 'RollingUpdate' });
  });

  test('is found by its deployment and its service, and by no other', () => {
    const labels = deployment.spec?.template.metadata?.labels;
    const service = named<V1Service>('Service', 'web').spec;
    expect(labels).toMatchObject(deployment.spec?.selector.matchLabels ?? { missing: '' });
    expect(labels).toMatchObject(service?.selector ?? { missing: '' });
    expect(named<V1Deployment>('Deployment', 'store').spec?.selector).not.toEqual(deployment.spec?.selector);
    expect(service).toMatchObject({ type: 'ClusterIP', ports: [{ port: 80, targetPort: 8080, protocol: 'TCP' }] });
  });
});
