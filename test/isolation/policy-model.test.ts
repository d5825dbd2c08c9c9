import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { V1NetworkPolicy } from '@kubernetes/client-node';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { desiredObjects } from '../../src/cluster/objects/desired.ts';
import type { Guards, Recipe } from '../../src/environment/recipe.ts';
import { fillIn, parseTemplate, resolveParameters } from '../../src/environment/template.ts';
import { fullRecipe } from '../environment/recipes.ts';
import { CAST, type Family } from './cast.ts';
import { buildPolicyModel, type PolicyModel, type Traffic } from './policy-model.ts';
import { BUILT_IN, CLOSED, NARROW, WIDE } from './policy-rows.ts';

const FAMILIES = ['IPv4', 'IPv6'] as const;

let model: PolicyModel;
beforeAll(async () => {
  model = await buildPolicyModel();
}, 600_000);
afterAll(() => model.remove());

/** The policies of two environments of the same recipe. */
function policiesOf(recipe: Recipe): V1NetworkPolicy[] {
  return ['dev-ada', 'dev-bob']
    .flatMap((namespace) => desiredObjects(namespace, recipe).guards.flat())
    .filter(({ kind }) => kind === 'NetworkPolicy') as V1NetworkPolicy[];
}

function builtIn(name: string): Recipe {
  const file = `${name}.yaml`;
  const template = parseTemplate(file, readFileSync(join(import.meta.dirname, '../../templates', file), 'utf8'));
  return fillIn(template, resolveParameters(template, {}));
}

function withEgress(egress: Guards['egress']): Recipe {
  const recipe = fullRecipe();
  return { ...recipe, guards: { ...recipe.guards, egress } };
}

const tcp = (cidr: string, ...ports: number[]) => ({ cidr, ports, protocol: 'TCP' as const });
const udp = (cidr: string, ...ports: number[]) => ({ cidr, ports, protocol: 'UDP' as const });
const narrow = {
  registry: tcp('203.0.113.0/24', 443, 8443),
  registry6: tcp('2001:db8:5::/48', 443, 8443),
  time: udp('203.0.113.0/24', 123),
  time6: udp('2001:db8:5::/48', 123),
};
const wide = {
  world: tcp('0.0.0.0/0', 53, 80, 443, 6443, 10250),
  world6: tcp('::/0', 53, 80, 443, 6443, 10250),
  time: udp('0.0.0.0/0', 53, 123),
  time6: udp('::/0', 53, 123),
};

describe.for([
  ...['bare', 'default', 'node', 'python'].map((name) => [`the template ${name}`, builtIn(name), BUILT_IN] as const),
  ['a template that allows nothing', withEgress({ dns: false, within: false, destinations: {} }), CLOSED],
  ['a template with destinations', withEgress({ dns: true, within: true, destinations: narrow }), NARROW],
  ['a template with the whole world', withEgress({ dns: true, within: true, destinations: wide }), WIDE],
] as const)('in two environments of %s', ([, recipe, rows]) => {
  let verdicts: { by: boolean[]; without: boolean[] };
  beforeAll(() => {
    const traffic = rows.flatMap((row) => FAMILIES.map((family) => trafficOf(row, family)));
    const open = (policies: V1NetworkPolicy[]) => model.judge(policies, traffic).map(({ both }) => both);
    verdicts = { by: open(policiesOf(recipe)), without: open([]) };
  });

  test.for(rows.map((row, index) => [row, index] as const))('%s', ([row, index]) => {
    const mustBeOpen = row.endsWith(' open');
    FAMILIES.forEach((family, offset) => {
      const place = FAMILIES.length * index + offset;
      expect(verdicts.by[place], family).toBe(mustBeOpen);
      // What the policies close is open without them: it is they that close it.
      expect(verdicts.without[place], family).toBe(true);
    });
  });
});

function trafficOf(row: string, family: Family): Traffic {
  const [, from = '', to = '', protocol = '', port] =
    /^(\S+) > (\S+) (TCP|UDP|SCTP) (\d+) (?:open|closed)$/.exec(row) ?? [];
  const [source, destination] = [CAST[from]?.[family], CAST[to]?.[family]];
  if (!source || !destination) throw new Error(`"${row}" is no row, or names somebody who is not in the cast`);
  return { source, destination, port: Number(port), protocol };
}
