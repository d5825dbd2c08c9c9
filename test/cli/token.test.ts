import { execFile } from 'node:child_process';
import { mkdtemp, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { readTokens, TokenFile } from '../../src/api/authentication/token-file.ts';

const TOKEN = /^berth_[0-9a-f]{12}_[A-Za-z0-9_-]{43}[0-9a-f]{8}\n$/;
const repository = join(import.meta.dirname, '../..');

interface Ending {
  code: number | string;
  stdout: string;
  stderr: string;
}

let directory: string;
let file: string;
beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), 'token-command-'));
  file = join(directory, 'tokens.json');
});
afterEach(() => rm(directory, { recursive: true, force: true }));

/** The command as it is run, in a process of its own. */
function token(args: string[], variables: Record<string, string> = { BERTH_TOKENS_FILE: file }): Promise<Ending> {
  return ended(process.execPath, [join(repository, 'src/cli/launch.js'), 'token', ...args], variables, directory);
}

function ended(command: string, args: string[], variables: Record<string, string>, cwd: string): Promise<Ending> {
  const { BERTH_TOKENS_FILE: _, BERTH_STATE_DIR: __, ...inherited } = process.env;
  return new Promise((resolve) => {
    execFile(command, args, { cwd, env: { ...inherited, ...variables } }, (error, stdout, stderr) =>
      resolve({ code: error?.code ?? 0, stdout, stderr }),
    );
  });
}

const forAda = ['create', '--role', 'developer', '--dev-id', 'ada', '--expires', '30d'];

describe('berth token create', () => {
  test('prints a developer’s token on stdout and nothing else there', async () => {
    const { code, stdout, stderr } = await token([...forAda, '--label', 'her laptop']);
    expect({ code, stdout }).toEqual({ code: 0, stdout: expect.stringMatching(TOKEN) });
    expect(stderr).toMatch(/^Valid until \S+Z\. Keep it now: it cannot be shown again\.\n$/);
    expect(await new TokenFile(file).check(stdout.trim(), new Date())).toMatchObject({
      grant: { role: 'developer', dev_id: 'ada' },
    });
    const [record] = await readTokens(file);
    expect(record?.label).toBe('her laptop');
    expect(Math.abs(Date.parse(record?.expires_at ?? '') - Date.now() - 30 * 86_400_000)).toBeLessThan(60_000);
  });

  test('prints an administrator’s token', async () => {
    const { stdout } = await token(['create', '--role', 'admin', '--expires=1h']);
    expect(await new TokenFile(file).check(stdout.trim(), new Date())).toMatchObject({ grant: { role: 'admin' } });
  });

  test('makes the directory of the file where it is missing, for its owner only', async () => {
    const missing = join(directory, 'new', 'tokens.json');
    expect(await token(forAda, { BERTH_TOKENS_FILE: missing })).toMatchObject({ code: 0 });
    expect((await stat(join(directory, 'new'))).mode & 0o777).toBe(0o700);
  });

  test('writes where npm start reads: BERTH_TOKENS_FILE, else BERTH_STATE_DIR, else .berth', async () => {
    await token(forAda, { BERTH_STATE_DIR: join(directory, 'state') });
    expect(await readTokens(join(directory, 'state/tokens.json'))).toHaveLength(1);
    await token(forAda, {});
    expect(await readTokens(join(directory, '.berth/tokens.json'))).toHaveLength(1);
    await token(forAda, { BERTH_TOKENS_FILE: file, BERTH_STATE_DIR: join(directory, 'state') });
    expect(await readTokens(file)).toHaveLength(1);
  });

  test('loses none of several that are made at once', async () => {
    const endings = await Promise.all(Array.from({ length: 6 }, () => token(forAda)));
    for (const { stdout } of endings) {
      expect(await new TokenFile(file).check(stdout.trim(), new Date())).toHaveProperty('grant');
    }
  });

  test.each<[string[], string]>([
    [[], 'create needs --role developer or --role admin.'],
    [['--role', 'root'], 'create needs --role developer or --role admin.'],
    [['--role', 'developer', '--expires', '1h'], "A developer's token needs --dev-id: it acts for that one only."],
    [
      ['--role', 'developer', '--dev-id', 'Ada', '--expires', '1h'],
      '--dev-id must be 1 to 63 of a-z, 0-9, ., _, - and @,',
    ],
    [['--role', 'developer', '--dev-id', '../x', '--expires', '1h'], '--dev-id must be 1 to 63 of'],
    [['--role', 'admin', '--dev-id', 'ada', '--expires', '1h'], "An admin's token acts for every developer: leave out"],
    [['--role', 'admin'], 'create needs --expires with a duration such as 30m, 8h or 30d.'],
    [['--role', 'admin', '--expires', 'never'], 'create needs --expires with a duration such as 30m, 8h or 30d.'],
    [['--role', 'admin', '--expires', '0d'], 'create needs --expires with a duration such as 30m, 8h or 30d.'],
    [['--role', 'admin', '--expires', '1h', '--label', ''], '--label needs 1 to 100 characters'],
    [['--role', 'admin', '--expires', '1h', '--label', '\u001b[2J'], '--label needs 1 to 100 characters'],
    [['--role', 'admin', '--expires', '1h', 'more'], 'There is a word too many: --help lists the options.'],
    [['--roel', 'admin'], "Unknown option '--roel': --help lists the options."],
    [['--role'], "Option '--role <value>' argument missing: --help lists the options."],
  ])('refuses %j with one sentence and writes nothing', async (args, sentence) => {
    expectUsageError(await token(['create', ...args]), sentence);
    await expect(stat(file)).rejects.toThrow('ENOENT');
  });
});

describe('berth token list', () => {
  test('shows what each token is for and whether it is valid, and no secret', async () => {
    const made = await token([...forAda, '--label', 'laptop']);
    await token(['create', '--role', 'admin', '--expires', '1h']);
    const [first, second] = await readTokens(file);
    await token(['revoke', second?.id ?? '']);
    const { code, stdout, stderr } = await token(['list']);
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
    expect(
      stdout
        .trimEnd()
        .split('\n')
        .map((line) => line.split(/ {2,}/)),
    ).toEqual([
      ['ID', 'ROLE', 'DEV_ID', 'STATE', 'EXPIRES_AT', 'LABEL'],
      [first?.id, 'developer', 'ada', 'valid', first?.expires_at, 'laptop'],
      [second?.id, 'admin', '*', 'revoked', second?.expires_at],
    ]);
    expect(stdout).not.toContain(made.stdout.trim());
    expect(stdout).not.toContain(first?.secret_sha256);
  });

  test('shows tokens that have expired as expired', async () => {
    await token(forAda);
    const stored = JSON.parse(await readFile(file, 'utf8'));
    stored.tokens[0].expires_at = '2020-01-01T00:00:00.000Z';
    await writeFile(file, JSON.stringify(stored));
    expect((await token(['list'])).stdout).toMatch(/ada {2,}expired {2,}2020-01-01/);
  });

  test('says that there are none where there are none', async () => {
    expect(await token(['list'])).toEqual({ code: 0, stdout: '', stderr: `There are no tokens in ${file}.\n` });
  });
});

describe('berth token revoke', () => {
  test('lets a running API refuse the token from now on', async () => {
    const { stdout } = await token(forAda);
    const api = new TokenFile(file);
    const [record] = await readTokens(file);
    expect(await api.check(stdout.trim(), new Date())).toHaveProperty('grant');
    expect(await token(['revoke', record?.id ?? ''])).toMatchObject({ code: 0, stdout: '' });
    expect(await api.check(stdout.trim(), new Date())).toEqual({ refused: 'This token was revoked.' });
  });

  test('says so where there is no such token', async () => {
    await token(forAda);
    expect(await token(['revoke', '000000000000'])).toEqual({
      code: 1,
      stdout: '',
      stderr: `There is no token 000000000000 in ${file}: \`berth token list\` shows all.\n`,
    });
  });

  test('does not repeat a token that was given in place of its id', async () => {
    const { stdout } = await token(forAda);
    const ending = await token(['revoke', stdout.trim()]);
    expectUsageError(ending, 'revoke needs the id of one token, 12 digits and letters a to f: `list` shows it.');
    expect(ending.stderr).not.toContain('berth_');
  });
});

describe('berth token', () => {
  test.each<[string[], string]>([
    [[], 'The command must be create, list or revoke.'],
    [['delete'], 'The command must be create, list or revoke.'],
    [['list', 'all'], 'list takes nothing more.'],
    [['revoke'], 'revoke needs the id of one token'],
    [['revoke', '0123456789ab', '0123456789ab'], 'revoke needs the id of one token'],
  ])('refuses %j with one sentence', async (args, sentence) => expectUsageError(await token(args), sentence));

  test.each([['--help'], ['create', '--help'], ['-h']])('explains itself: %s %s', async (...args) => {
    const { code, stdout, stderr } = await token(args);
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
    for (const word of ['create', 'list', 'revoke', '--expires', 'BERTH_TOKENS_FILE']) expect(stdout).toContain(word);
  });

  test('says what to do with a file that is damaged, and does not quote it', async () => {
    await writeFile(file, '{"tokens": s3cret');
    for (const args of [forAda, ['list'], ['revoke', '0123456789ab']]) {
      expect(await token(args)).toEqual({
        code: 1,
        stdout: '',
        stderr: `The token file ${file} is damaged: restore it, or delete it and issue new tokens.\n`,
      });
    }
  });

  test.each(['/proc/none/tokens.json', '/dev/null/tokens.json'])(
    'says what to do with a file that cannot be written: %s',
    async (unusable) => {
      const { code, stdout, stderr } = await token(forAda, { BERTH_TOKENS_FILE: unusable });
      expect({ code, stdout }).toEqual({ code: 1, stdout: '' });
      expect(stderr).toMatch(
        /^The token file \S+ cannot be read or written \(E[A-Z]+\): set BERTH_TOKENS_FILE to one that can\.\n$/,
      );
    },
  );

  test('is a script of the package of its own, too, and runs under the locked Node', async () => {
    const { stdout } = await ended(
      'npm',
      ['run', '--silent', 'token', '--', ...forAda],
      { BERTH_TOKENS_FILE: file },
      repository,
    );
    expect(stdout).toMatch(TOKEN);
  });
});

function expectUsageError({ code, stdout, stderr }: Ending, sentence: string): void {
  expect({ code, stdout }).toEqual({ code: 2, stdout: '' });
  expect(stderr).toContain(sentence);
  expect(stderr.trimEnd().split('\n')).toHaveLength(1);
}
