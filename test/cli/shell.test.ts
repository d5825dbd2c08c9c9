import { randomBytes } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { call, someDeveloper, terminate, tokenFor } from '../setup/client.ts';
import { berth, ended, LAUNCHER, someone } from './berth.ts';
import { StreamingNode } from './streaming-node.ts';

const developer = someDeveloper();
const identity = { dev_id: developer, project: 'shop' };
const namespace = `dev-${developer}`;
let variables: Record<string, string>;
let node: StreamingNode;

beforeAll(async () => {
  const token = await tokenFor(developer);
  variables = { BERTH_TOKEN: token };
  await call(token, 'POST', '/environments/start', { body: { ...identity, template: 'bare' } });
  node = new StreamingNode();
  await node.start([namespace], 1);
  await node.run(namespace, 'web-1', { 'berth.dev/pod': 'web' });
  await node.run(namespace, 'store-1', { 'berth.dev/pod': 'store' });
});
afterAll(async () => {
  await terminate(variables.BERTH_TOKEN ?? '', identity);
  await node.end();
});

describe('berth shell', () => {
  it('runs a command, and keeps what it says on stdout and stderr apart', async () => {
    const command = ['sh', '-c', 'echo to stdout; echo to stderr >&2'];

    expect(await berth(['shell', 'shop', '--', ...command], variables)).toEqual({
      code: 0,
      stdout: 'to stdout\n',
      stderr: 'to stderr\n',
    });
  });

  it('hands its input to the command to the last byte', async () => {
    const input = randomBytes(200_000).toString('hex');
    // kwok does not tell a command that its input has ended, and breaks off where it ends while kwok still hands over.
    const command = ['sh', '-c', `head -c ${input.length}; sleep 1`];

    const { code, stdout, stderr } = await berth(['shell', 'shop', 'web', '--', ...command], variables, input);

    expect(code, stderr).toBe(0);
    expect(stdout === input).toBe(true);
  });

  it('opens a shell where no command is named', async () => {
    const { code, stdout } = await berth(['shell', 'shop', 'web-1'], variables, 'echo $((20 + 1)); exit\n');

    expect({ code, stdout }).toEqual({ code: 0, stdout: '21\n' });
  });

  it('gives the command a terminal where it has one itself, of its size', async (context) => {
    if (process.platform !== 'linux') context.skip('makes a terminal by the script of util-linux');
    const there = 'test -t 0 && test -t 1 && sleep 1 && stty size';
    const here = `stty rows 31 cols 97; '${process.execPath}' '${LAUNCHER}' shell shop -- sh -c '${there}'`;

    const { code, stdout } = await ended('script', ['-qec', here, '/dev/null'], variables);

    expect({ code, stdout }).toEqual({ code: 0, stdout: expect.stringContaining('31 97') });
  });

  it('fails where the command fails', async () => {
    const { code, stderr } = await berth(['shell', 'shop', '--', 'sh', '-c', 'exit 3'], variables);

    expect(code).not.toBe(0);
    expect(stderr).not.toContain('at file://');
  });

  it('names the pods that there are where the one that is asked for is not there', async () => {
    expect(await berth(['shell', 'shop', 'cache'], variables)).toEqual({
      code: 1,
      stdout: '',
      stderr: "There is no pod 'cache'. There are: store-1, web-1.\n",
    });
  });
});

describe('berth shell, where there is nothing to enter,', () => {
  it('says so of an environment that is not there', async () => {
    const other = await someone();

    expect(await berth(['shell', 'shop'], other.variables)).toMatchObject({
      code: 1,
      stderr: `There is no environment of '${other.developer}' for 'shop'. Check both, or start it.\n`,
    });
  });

  it('says so of one without pods', async () => {
    const other = await someone();
    await berth(['start', 'shop', '--template=bare'], other.variables);

    expect(await berth(['shell', 'shop'], other.variables)).toMatchObject({
      code: 1,
      stderr: 'The environment has no pods: its template has none, or they were removed.\n',
    });
  });

  it('says so of pods that are only simulated', async () => {
    const other = await someone();
    await berth(['start', 'shop', '--template=node'], other.variables);

    const { code, stderr } = await berth(['shell', 'shop', '--', 'true'], other.variables);

    expect(code).toBe(1);
    expect(stderr).toMatch(/^The command could not be run: .*\n$/);
  });
});
