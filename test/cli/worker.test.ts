import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { closeSync, openSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, inject, it, onTestFinished } from 'vitest';
import { VARIABLES as API_VARIABLES } from '../../src/api/configuration.ts';
import { BUILT_IN_TEMPLATES } from '../../src/local/repository.ts';
import { VARIABLES as WORKER_VARIABLES } from '../../src/worker/configuration.ts';
import { Stage } from '../faults/stage.ts';
import { temporaryDirectory } from '../local/start-command.ts';
import { newKeyFile } from '../setup/key-file.ts';
import { berth, LAUNCHER } from './berth.ts';

const LATER = { Prefer: 'respond-async' };
const MANY = 24;
const NOWHERE = '127.0.0.1:1';

describe.each([
  ['worker', WORKER_VARIABLES],
  ['api', API_VARIABLES],
])('berth %s', (command, variables) => {
  it('names every variable that it knows', async () => {
    const { code, stdout } = await berth([command, '--help']);

    expect(code).toBe(0);
    expect(
      stdout
        .match(/^ {2}BERTH_\w+/gm)
        ?.map((name) => name.trim())
        .toSorted(),
    ).toEqual(variables.toSorted());
  });

  it('says which variable is missing, and where all of them are named', async () => {
    expect(await berth([command])).toEqual({
      code: 1,
      stdout: '',
      stderr: expect.stringMatching(
        new RegExp(`^The variable BERTH_TEMPORAL_ADDRESS is missing or wrong: .*berth ${command} --help.*\n$`),
      ),
    });
  });

  it('takes no word more', async () => {
    expect(await berth([command, 'shop'])).toMatchObject({
      code: 2,
      stderr: expect.stringContaining('a word too many'),
    });
  });
});

describe('a worker that is run by hand', () => {
  it.each([
    [{ KUBECONFIG: inject('servers').workerKubeconfig }, `Temporal cannot be reached at ${NOWHERE}: `],
    [{ KUBECONFIG: '', HOME: '/nonexistent' }, 'No cluster is named: set KUBECONFIG'],
    [{ KUBECONFIG: '/nonexistent/kubeconfig' }, 'ENOENT: no such file or directory'],
    [{ KUBECONFIG: inject('servers').workerKubeconfig, BERTH_CONTEXT: 'other' }, 'The kubeconfig has no context other'],
    [{ BERTH_OWNERSHIP_KEY_FILE: '/nonexistent/key' }, 'ENOENT: no such file or directory'],
  ])('says in one sentence what it lacks: %o', async (variables: Record<string, string>, sentence) => {
    const { code, stderr } = await berth(['worker'], {
      BERTH_TEMPORAL_ADDRESS: NOWHERE,
      BERTH_OWNERSHIP_KEY_FILE: newKeyFile(temporaryDirectory()),
      BERTH_TEMPLATES_DIR: BUILT_IN_TEMPLATES,
      ...variables,
    });

    expect({ code, stderr }).toEqual({ code: 1, stderr: expect.stringContaining(sentence) });
    expect(stderr.trimEnd().split('\n')).toHaveLength(1);
  });

  it('shares the work with another on the same machine, and ends well when it is told to', async () => {
    const stage = await Stage.setUp();
    onTestFinished(() => stage.close());
    await stage.startApi();
    const workers = await Promise.all(['one', 'other'].map((name) => workerAt(stage, name)));
    const many = Array.from({ length: MANY }, (_, index) => stage.environment(`shared-${index}`));

    await Promise.all(many.map((one) => stage.start({ ...one, template: 'bare' }, { headers: LATER })));
    for (const one of many) expect(await stage.settled(one)).toMatchObject({ state: 'ready' });

    const madeBy = stage.proxy.requests
      .filter(({ method, resource }) => method === 'POST' && resource === 'namespaces')
      .map(({ caller }) => caller);
    expect(new Set(madeBy)).toEqual(new Set(['one', 'other']));
    expect(madeBy).toHaveLength(MANY);
    await Promise.all(many.map((one) => stage.terminate(one)));
    expect(await Promise.all(workers.map(endedByHand))).toEqual([0, 0]);
  });
});

/** Runs `berth worker`, until the test is over at the latest, and waits until it takes work. */
async function workerAt(stage: Stage, name: string): Promise<ChildProcess> {
  const log = openSync(join(stage.directory, `${name}.log`), 'a', 0o600);
  const child = fork(LAUNCHER, ['worker'], {
    env: { ...stage.variablesOfWorker(name), BERTH_SWEEP_EVERY: 'never' },
    stdio: ['ignore', log, log, 'ipc'],
  });
  closeSync(log);
  onTestFinished(() => void child.kill('SIGKILL'));
  await once(child, 'message');
  return child;
}

async function endedByHand(child: ChildProcess): Promise<number> {
  child.kill('SIGINT');
  const [code] = await once(child, 'exit');
  return code;
}
