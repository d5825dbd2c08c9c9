import { execFileSync } from 'node:child_process';
import { chmodSync, existsSync, mkdirSync, symlinkSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { type Ending, environmentFor, start, temporaryDirectory } from './start-command.ts';

/** An environment in which nothing is installed but what is linked into it. */
function bareEnvironment(directory: string, links: Readonly<Record<string, string>> = {}): NodeJS.ProcessEnv {
  const path = join(directory, 'bin');
  mkdirSync(path);
  for (const [name, target] of Object.entries(links)) symlinkSync(target, join(path, name));
  const state = join(directory, 'state');
  return { PATH: path, HOME: directory, XDG_CACHE_HOME: join(directory, 'cache'), BERTH_STATE_DIR: state };
}

/** The interpreter itself: what is on the PATH may be a script that needs the rest of it. */
function realPython(): string | undefined {
  try {
    return execFileSync('python3', ['-c', 'import sys; print(sys.executable)'], { encoding: 'utf8' }).trim();
  } catch {
    return undefined;
  }
}

/** One sentence, which ends the run: no stack trace, nothing on stdout. */
function expectSentence(ending: Ending, sentence: RegExp): void {
  expect(ending).toMatchObject({ code: 1, stdout: '' });
  const last = ending.stderr.trimEnd().split('\n').at(-1);
  expect(last).toMatch(sentence);
  expect(ending.stderr).not.toMatch(/^\s+at |node:internal|Error:/m);
}

test('an unknown option is one sentence', async () => {
  const ending = await start(['--prot', '1'], environmentFor(temporaryDirectory())).ended;
  expectSentence(ending, /^Unknown option '--prot': --help lists the options\.$/);
});

test('--help says what there is and starts nothing', async () => {
  const ending = await start(['--help'], environmentFor('/proc/none')).ended;
  expect(ending).toMatchObject({ code: 0, stderr: '', stdout: expect.stringContaining('--fresh') });
});

test('a Node that is too old is one sentence', async () => {
  const old = "Object.defineProperty(process,'versions',{value:{...process.versions,node:'20.20.2'}})";
  const environment = { ...process.env, NODE_OPTIONS: `--import=data:text/javascript,${encodeURIComponent(old)}` };
  expectSentence(
    await start(['--simulated'], environment).ended,
    /^Berth needs Node 22\.19 or later, and this is 20\.20\.2: /,
  );
});

test('a port that is taken is one sentence', async () => {
  const server = createServer();
  const port = await new Promise<number>((resolve) => {
    server.listen(0, '127.0.0.1', () => {
      const address = server.address();
      resolve(typeof address === 'object' && address !== null ? address.port : 0);
    });
  });
  onTestFinished(() => void server.close());
  const ending = await start(['--port', String(port)], environmentFor(temporaryDirectory())).ended;
  expectSentence(ending, new RegExp(`^Port ${port} is taken by another program: choose another with --port`));
});

test.for(['a file', 'a read-only file system'])('a state directory that is %s is one sentence', async (kind) => {
  const file = join(temporaryDirectory(), 'file');
  writeFileSync(file, '');
  const path = kind === 'a file' ? file : '/proc/berth';
  const ending = await start(['--simulated'], environmentFor(path)).ended;
  expectSentence(ending, /^The state directory \S+ cannot be written \(E[A-Z]+\): .*BERTH_STATE_DIR/);
});

test('a cache that cannot be written is one sentence', async () => {
  const environment = { ...bareEnvironment(temporaryDirectory()), XDG_CACHE_HOME: '/proc/none' };
  const ending = await start(['--simulated'], environment).ended;
  expectSentence(ending, /^The cache directory \S+ cannot be written \(E[A-Z]+\): .*XDG_CACHE_HOME/);
});

test('no Python is one sentence', async () => {
  const ending = await start(['--simulated'], bareEnvironment(temporaryDirectory())).ended;
  expectSentence(
    ending,
    /^Temporal's CLI is not on the PATH and installing it needs Python .*apt install python3 python3-venv/,
  );
});

test('a Python without venv is one sentence', async () => {
  const directory = temporaryDirectory();
  const python = join(directory, 'python');
  writeFileSync(python, '#!/bin/sh\n[ "$1" = --version ] && echo Python 3.11.2 && exit 0\nexit 1\n');
  chmodSync(python, 0o755);
  const ending = await start(['--simulated'], bareEnvironment(directory, { python3: python })).ended;
  expectSentence(ending, /has no venv module: install it .*apt install python3-venv/);
});

test('no network is one sentence', async (context) => {
  const python = realPython();
  if (python === undefined) return context.skip('there is no Python');
  const environment = bareEnvironment(temporaryDirectory(), { python3: python });
  const nowhere = { PIP_INDEX_URL: 'http://127.0.0.1:9/simple', PIP_RETRIES: '0', PIP_CONFIG_FILE: '/dev/null' };
  const ending = await start(['--simulated'], { ...environment, ...nowhere }).ended;
  expectSentence(ending, /^Temporal's CLI could not be downloaded: check the network/);
});

test('a context that the kubeconfig does not have is one sentence', async () => {
  const directory = temporaryDirectory();
  const kubeconfig = join(directory, 'config');
  writeFileSync(kubeconfig, 'apiVersion: v1\nkind: Config\ncontexts: [{name: here, context: {cluster: c, user: u}}]\n');
  const ending = await start(['--context', 'there'], { ...environmentFor(directory), KUBECONFIG: kubeconfig }).ended;
  expectSentence(ending, /has no context "there", only: here\.$/);
});

test.for([
  ['node', /^--pool needs a template and a number as in node=5, not "node"\.$/],
  ['node=1001', /^--pool can be at most 1000 of a template, not "node=1001"\.$/],
  ['nod=5', /^--pool needs a template that there is, and "nod" is none: bare, default, node, python\.$/],
] as const)(
  'a pool that cannot be is one sentence, before anything is forgotten: --pool %s',
  async ([pool, sentence]) => {
    const directory = temporaryDirectory();
    const kept = join(directory, 'tokens.json');
    writeFileSync(kept, '{}');
    const ending = await start(['--fresh', '--pool', 'bare=1', '--pool', pool], environmentFor(directory)).ended;
    expectSentence(ending, sentence);
    expect(existsSync(kept)).toBe(true);
  },
);

test('an address of Temporal without a port is one sentence', async () => {
  const ending = await start(['--temporal', 'nowhere'], environmentFor(temporaryDirectory())).ended;
  expectSentence(ending, /^--temporal needs an address as in localhost:7233, not "nowhere"\.$/);
});
