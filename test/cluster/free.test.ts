import type { V1Node, V1Pod } from '@kubernetes/client-node';
import { describe, expect, it } from 'vitest';
import { type Amounts, fitting, mostOf, needOf } from '../../src/cluster/free.ts';
import { CANARY } from '../../src/environment/canary.ts';
import { recipeSchema } from '../../src/environment/recipe.ts';

const need: Amounts = { cpu: 500n, memory: 1024n ** 3n * 1000n, pods: 1000n };
const node = (name: string, allocatable = {}, changes: Partial<V1Node> = {}): V1Node => ({
  metadata: { name },
  status: {
    allocatable: { cpu: '4', memory: '16Gi', pods: '110', ...allocatable },
    conditions: [{ type: 'Ready', status: 'True' }],
  },
  ...changes,
});
const pod = (nodeName: string | undefined, cpu: string, changes: Partial<V1Pod> = {}): V1Pod => ({
  spec: {
    containers: [{ name: 'main', resources: { requests: { cpu, memory: '1Gi' } } }],
    ...(nodeName && { nodeName }),
  },
  ...changes,
});

describe('how many environments fit', () => {
  it('is what is scarcest on each node: processors, memory or pods', () => {
    expect(fitting([node('a')], [], need)).toBe(8);
    expect(fitting([node('a'), node('b', { memory: '3900Mi' })], [], need)).toBe(8 + 3);
    expect(fitting([node('a', { pods: '2' })], [], need)).toBe(2);
  });

  it('is less by what pods request, whoever they belong to, unless they have ended', () => {
    expect(fitting([node('a')], [pod('a', '1100m')], need)).toBe(5);
    expect(fitting([node('a')], [pod('a', '1100m', { status: { phase: 'Succeeded' } })], need)).toBe(8);
    expect(fitting([node('a')], [pod('elsewhere', '4')], need)).toBe(8);
    const first = { name: 'first', resources: { requests: { cpu: '3' } } };
    expect(fitting([node('a')], [{ spec: { nodeName: 'a', containers: [], initContainers: [first] } }], need)).toBe(2);
  });

  it('is less by those that still wait for a node', () => {
    expect(fitting([node('a')], [pod(undefined, '1'), pod(undefined, '1')], need)).toBe(6);
    expect(fitting([], [pod(undefined, '1')], need)).toBe(0);
  });

  it('counts no node that takes no pods', () => {
    const cordoned = node('a', {}, { spec: { unschedulable: true } });
    const tainted = node(
      'a',
      {},
      {
        spec: {
          taints: [
            { key: 'if-need-be', effect: 'PreferNoSchedule' },
            { key: 'only-for', effect: 'NoSchedule' },
          ],
        },
      },
    );
    const silent = node('a', {}, { status: { conditions: [{ type: 'Ready', status: 'Unknown' }] } });

    for (const one of [cordoned, tainted, silent]) expect(fitting([one], [], need)).toBe(0);
  });

  it('is by what all pods of the most demanding recipe request', () => {
    const pods = {
      main: { image: 'a', cpu: '500m', memory: '1Gi', replicas: 3 },
      side: { image: 'b', cpu: 1, memory: '2Gi' },
    };
    const recipe = recipeSchema.parse({ ...CANARY.recipe, workload: { pods } });
    const own = needOf(recipe);

    expect(own).toEqual({ cpu: 2500n, memory: 5n * need.memory, pods: 4000n });
    expect(mostOf([own, { cpu: 9000n, memory: 0n, pods: 0n }])).toEqual({ ...own, cpu: 9000n });
    expect(needOf(CANARY.recipe)).toEqual({ cpu: 0n, memory: 0n, pods: 0n });
  });
});
