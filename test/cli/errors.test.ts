import { once } from 'node:events';
import { writeFileSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { describe, expect, inject, it, onTestFinished } from 'vitest';
import { adminToken, someDeveloper, tokenFor } from '../setup/client.ts';
import { berth, ended, someone } from './berth.ts';

describe('berth', () => {
  it.each([[['--help']], [['help']], [['-h']]])('explains itself: %j', async (args) => {
    const { code, stdout, stderr } = await berth(args);

    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
    for (const word of ['start', 'status', 'shell', 'forward', 'kubeconfig', 'terminate', 'BERTH_TOKEN'])
      expect(stdout).toContain(word);
  });

  it.each(['start', 'status', 'shell', 'forward', 'kubeconfig', 'terminate', 'token'])(
    'explains %s without a token and without an API',
    async (command) => {
      const { code, stdout, stderr } = await berth([command, '--help'], { BERTH_API: 'http://127.0.0.1:1' });

      expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
      expect(stdout).toMatch(`Usage: berth ${command} `);
    },
  );

  it.each([
    [[], 'The command must be one of start, status, shell, forward, kubeconfig, terminate, sweep, token, worker, api'],
    [['strat', 'shop'], 'The command must be one of start,'],
    [['toString'], 'The command must be one of start,'],
    [['start'], 'PROJECT is missing'],
    [['start', 'shop', 'forum'], 'There is a word too many'],
    [['start', 'shop', '--templat=node'], "Unknown option '--templat'"],
    [['start', 'shop', '--set', 'cpu'], '--set needs NAME=VALUE'],
    [['status', 'shop', 'forum'], 'There is a word too many'],
    [['terminate'], 'PROJECT is missing'],
    [['kubeconfig'], 'PROJECT is missing'],
    [['shell', '--', 'ls'], 'PROJECT is missing'],
    [['shell', 'shop', 'web', 'ls'], 'There is a word too many'],
    [['forward', 'shop'], '[LOCAL:]PORT is missing'],
    [['forward', 'shop', 'http'], 'The port must be from 1 to 65535'],
    [['forward', 'shop', '80:0'], 'The port must be from 1 to 65535'],
    [['forward', 'shop', '8080:70000'], 'The port must be from 1 to 65535'],
    [['forward', 'shop', '80', '--pod=web', '--service=web'], 'Name a pod or a service, not both.'],
  ])('refuses %j with one sentence and 2', async (args, sentence) => {
    const { code, stdout, stderr } = await berth(args, { BERTH_TOKEN: 'berth_unused' });

    expect({ code, stdout }).toEqual({ code: 2, stdout: '' });
    expect(stderr).toContain(sentence);
    expect(stderr.trimEnd().split('\n')).toHaveLength(1);
  });

  it.each(['start', 'status', 'shell', 'kubeconfig', 'terminate'])(
    '%s says what to do where the API cannot be reached',
    async (command) => {
      const { api, close } = await someServer();
      await close();

      expect(await berth([command, 'shop'], { BERTH_TOKEN: 'berth_unused', BERTH_API: api })).toEqual({
        code: 1,
        stdout: '',
        stderr: `Berth's API cannot be reached at ${api} (ECONNREFUSED): start it with \`npm start\`, or set BERTH_API.\n`,
      });
    },
  );

  it('says how to get a token where there is none, or another than is known', async () => {
    const none = await berth(['status']);
    const unknown = await berth(['status'], { BERTH_TOKEN: 'berth_0123456789ab_unknown' });

    expect(none).toMatchObject({ code: 1, stdout: '' });
    expect(none.stderr).toMatch(/^Set BERTH_TOKEN to a token, or BERTH_TOKEN_FILE .* `berth token create` makes one/);
    expect(unknown).toMatchObject({ code: 1, stdout: '' });
    expect(unknown.stderr).toMatch(/^This is not a Berth token.* Set BERTH_TOKEN to a token,/);
    expect(unknown.stderr).not.toContain('berth_0123456789ab');
  });

  it('quotes no token that cannot be sent', async () => {
    const { code, stderr } = await berth(['status'], { BERTH_TOKEN: 'a token\nof two lines' });

    expect(code).toBe(1);
    expect(stderr).not.toContain('two lines');
  });

  it('takes the token from a file, and says so where that cannot be read', async () => {
    const file = join(inject('servers').stateDir, `token-${someDeveloper()}`);
    onTestFinished(() => rm(file));
    writeFileSync(file, `${await tokenFor(someDeveloper())}\n`, { mode: 0o600 });

    expect(await berth(['status', '--json'], { BERTH_TOKEN_FILE: file })).toMatchObject({ code: 0, stdout: '[]\n' });
    const { code, stderr } = await berth(['status'], { BERTH_TOKEN_FILE: `${file}-not-there` });
    expect({ code, stderr }).toMatchObject({ code: 1, stderr: expect.stringContaining('cannot be read (ENOENT)') });
  });

  it('says so where something else answers', async () => {
    const { api, close } = await someServer();
    onTestFinished(close);

    const { code, stderr } = await berth(['status'], { BERTH_TOKEN: 'berth_unused', BERTH_API: `${api}/` });

    expect({ code, stderr }).toEqual({
      code: 1,
      stderr: `What answers at ${api} is not Berth's API (502): check BERTH_API.\n`,
    });
  });

  it('lets an administrator name the developer, once and for all', async () => {
    const { developer, variables } = await someone();
    const admin = await adminToken();
    await berth(['start', 'shop', '--template=bare'], variables);

    const unnamed = await berth(['status', 'shop'], { BERTH_TOKEN: admin });
    const named = await berth(['status', 'shop', '--dev-id', developer, '--json'], { BERTH_TOKEN: admin });
    const known = await berth(['status', 'shop', '--json'], { BERTH_TOKEN: admin, BERTH_DEV_ID: developer });

    expect(unnamed).toEqual({
      code: 2,
      stdout: '',
      stderr: "An administrator's token acts for every developer: name one with --dev-id or BERTH_DEV_ID.\n",
    });
    expect(JSON.parse(named.stdout)).toMatchObject({ dev_id: developer, state: 'ready' });
    expect(known.stdout).toBe(named.stdout);
  });

  it.each([
    ['npx', ['--no-install', 'berth', '--help']],
    ['npm', ['run', '--silent', 'berth', '--', '--help']],
  ])('runs from a checkout by %s', async (program, args) => {
    expect(await ended(program, args)).toMatchObject({
      code: 0,
      stdout: expect.stringMatching(/^Usage: berth COMMAND/),
    });
  });
});

/** Something that speaks HTTP, and is not Berth. */
async function someServer(): Promise<{ api: string; close: () => Promise<void> }> {
  const server = createServer((_, response) => response.writeHead(502).end('<html>Bad gateway</html>'));
  await once(server.listen(0, '127.0.0.1'), 'listening');
  const close = async (): Promise<void> => {
    server.close();
    await once(server, 'close');
  };
  return { api: `http://127.0.0.1:${(server.address() as AddressInfo).port}`, close };
}
