import { afterAll, beforeAll, describe, expect, inject, test } from 'vitest';
import type { Identity } from '../../src/environment/identity.ts';
import type { Pattern } from './apiserver-proxy.ts';
import { expectNothingLeft } from './census.ts';
import { ClusterContents } from './cluster-contents.ts';
import { doTwice, type Fault, loseAnswer } from './faults.ts';
import { contentsOf } from './namespace-contents.ts';
import { closeRow } from './row.ts';
import { servingStage } from './serving-stage.ts';
import type { Stage } from './stage.ts';
import { someOf } from './strength.ts';

const TEMPLATE = 'node';
const WRITES = ['POST', 'PUT', 'PATCH', 'DELETE'];
/** Far more than it takes, and less than the test may. */
const PATIENCE = { Prefer: 'wait=120' };
const TEST_MS = 240_000;

/** What an environment was when it was ready, and how it ended. */
interface Life {
  readonly contents: Record<string, unknown>;
  readonly answers: number[];
}

describe('each write of a life, from the first of its start to the last of its end', () => {
  let stage: Stage;
  let cluster: ClusterContents;
  let undisturbed: Life;
  let writes: Pattern[];

  beforeAll(async () => {
    stage = await servingStage();
    cluster = new ClusterContents(inject('servers').adminKubeconfig);
    const environment = stage.environment('undisturbed');
    undisturbed = await live(environment);
    expect(writesOf(stage, environment).length).toBeGreaterThan(Object.keys(undisturbed.contents).length);
    writes = someOf(writesOf(stage, environment), 5);
  });
  afterAll(() => stage.close());

  const faults: { how: string; fault: Fault }[] = [
    { how: 'done, but not answered', fault: loseAnswer },
    { how: 'done twice', fault: doTwice },
  ];
  test.concurrent.for(faults)(
    'once $how: the environment is the same, and nothing is left of it',
    { timeout: TEST_MS },
    async ({ fault }) => {
      expect(undisturbed.answers).toEqual([200, 200]);

      const lives = await Promise.all(
        writes.map((write, index) => disturbed(write, fault, `${fault.name.toLowerCase()}-${index}`)),
      );

      for (const [write, life] of lives) expect(life, write).toEqual({ ...undisturbed, left: 0 });
      await expectNothingLeft(stage.scope(`${stage.developers}-${fault.name.toLowerCase()}`));
    },
  );

  test('and in the end no process is left either', {
    meta: { fault: 'write done, answer lost; or done twice' },
  }, async ({ task }) => {
    await stage.endProcesses();
    await closeRow(task, faults.length * writes.length, stage.scope());
  });

  async function live(environment: Identity): Promise<Life> {
    const started = await stage.start({ ...environment, template: TEMPLATE }, { headers: PATIENCE });
    const { namespace, detail } = started.body;
    // A start that failed is answered with its problem.
    const contents = namespace ? await contentsOf(cluster, namespace) : { detail };
    const ended = await stage.terminate(environment);
    return { contents, answers: [started.status, ended.status] };
  }

  /** @returns the write, and the life that it was disturbed in; nothing is left to be disturbed where it came */
  async function disturbed(
    write: Pattern,
    fault: Fault,
    developer: string,
  ): Promise<[string, Life & { left: number }]> {
    const environment = stage.environment(developer);
    const rule = stage.proxy.on({ ...write, ...placeOf(write, environment) }, fault, 1);
    const life = await live(environment);
    return [textOf(write), { ...life, left: rule.left }];
  }
});

/** The writes of one environment, each kind of object by its name. */
function writesOf({ proxy }: Stage, environment: Identity): Pattern[] {
  const { namespace } = placeOf({}, environment);
  const written = proxy.requests.filter(
    (request) => request.namespace === namespace && WRITES.includes(request.method),
  );
  const patterns = written.map(({ method, resource, name }) => ({
    method,
    ...(resource && { resource }),
    ...(name && { name }),
  }));
  return [...new Map(patterns.map((pattern) => [textOf(pattern), pattern])).values()];
}

/** Where a write of another environment is the write of this one. */
function placeOf({ resource }: Pattern, { dev_id }: Identity): { namespace: string; name?: string } {
  const namespace = `dev-${dev_id}`;
  return resource === 'namespaces' ? { namespace, name: namespace } : { namespace };
}

function textOf({ method, resource, name }: Pattern): string {
  return [method, resource, resource === 'namespaces' ? '' : name].join(' ');
}
