import { describe, expect, it } from 'vitest';
import { findingOf, type Probe, planOf, probesOf } from '../../src/cluster/proof/plan.ts';
import { checksOf } from '../../src/environment/proof-checks.ts';
import { fullRecipe } from '../environment/recipes.ts';

const ADDRESSES = {
  environment: ['10.244.0.5', 'fd00::5'],
  // In the other order: each is compared with its like.
  neighbour: ['fd00::4', '10.244.0.4'],
  clusterApi: [
    { host: '10.96.0.1', port: 443 },
    { host: '172.31.192.1', port: 6443 },
  ],
};
const { guards } = fullRecipe();
const checks = checksOf(guards, { address: '203.0.113.10', port: 443 });
const plan = planOf(checks, ADDRESSES);
const places = (probes: (Probe | undefined)[]) => probes.map((probe) => probe && `${probe.host} ${probe.protocol}`);

function planned(name: string) {
  const found = plan.find(({ check }) => check.name === name);
  if (found === undefined) throw new Error(`There is no check ${name}.`);
  return found;
}

describe('the plan of a proof', () => {
  it('tries an environment by both protocols at each of its addresses', () => {
    const { tries } = planned('from-another-environment');

    expect(places(tries.map(({ probe }) => probe))).toEqual([
      '10.244.0.5 TCP',
      '10.244.0.5 UDP',
      'fd00::5 TCP',
      'fd00::5 UDP',
    ]);
  });

  it('compares each with the neighbour’s own listener, of the same kind of address and protocol', () => {
    for (const name of ['from-another-environment', 'to-another-environment', 'within']) {
      for (const { probe, control } of planned(name).tries) {
        expect(control).toMatchObject({ protocol: probe.protocol, expected: 'open' });
        expect(ADDRESSES.neighbour).toContain(control?.host);
        expect(control?.host.includes(':')).toBe(probe.host.includes(':'));
      }
    }
  });

  it('compares everything else with the same place, as the neighbour sees it', () => {
    for (const { check, tries } of plan.filter(({ check }) => check.to.place === 'address')) {
      for (const { probe, control } of tries) expect(control, check.name).toEqual({ ...probe, expected: 'open' });
    }
  });

  it('has every probe and control made, each on its side', () => {
    const own = new Set(probesOf(plan, 'environment'));
    const neighbours = new Set(probesOf(plan, 'neighbour'));

    for (const { check, tries } of plan) {
      for (const { probe, control } of tries) {
        expect((check.from === 'environment' ? own : neighbours).has(probe), check.name).toBe(true);
        if (control && check.expected !== 'observed') expect(neighbours.has(control), check.name).toBe(true);
      }
    }
    expect([...own].filter((probe) => neighbours.has(probe))).toEqual([]);
  });
});

describe('what a check has come to', () => {
  const { tries } = planned('to-cluster-api');
  const controls = tries.flatMap(({ control }) => control ?? []);

  it('is proved where the neighbour alone is answered', () => {
    expect(findingOf(planned('to-cluster-api'), new Set(controls))).toMatchObject({
      verdict: 'proved',
      note: '10.96.0.1:443/TCP, 172.31.192.1:6443/TCP',
    });
  });

  it('is refuted by one answer, which it names', () => {
    const [, second] = tries.map(({ probe }) => probe);
    const answered = new Set([...controls, second as Probe]);

    expect(findingOf(planned('to-cluster-api'), answered)).toMatchObject({
      seen: 'open',
      verdict: 'refuted',
      note: '172.31.192.1:6443/TCP',
    });
  });

  it('is unproven where nobody is answered', () => {
    expect(findingOf(planned('to-cluster-api'), new Set())).toMatchObject({ verdict: 'unproven' });
  });
});
