import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import { choosePorts, LOOPBACK } from '../../src/local/ports.ts';
import { REPOSITORY } from '../../src/local/repository.ts';
import { TemplateCatalogue } from '../../src/templates/catalogue.ts';
import { codeRepository } from '../system/code-repository.ts';

const SOON = { timeout: 20_000, interval: 100 };
const PAGE = 'Welcome to the shop';

describe.each(['node', 'python'])('a workspace of the template %s', (template) => {
  it('serves with no repository at all, and ends at once when it is told to', async () => {
    const workspace = await Workspace.make(template);
    await workspace.start();
    await expect.poll(() => workspace.answer(), SOON).toBe(200);

    const asked = Date.now();
    workspace.terminate();
    expect(await workspace.ended()).toBe(0);
    expect(Date.now() - asked).toBeLessThan(5000);
  });

  it('clones a repository that comes late, and goes on serving', async () => {
    const workspace = await Workspace.make(template);
    await workspace.start();
    await expect.poll(() => workspace.answer(), SOON).toBe(200);

    await workspace.configure(workspace.code);
    await expect.poll(() => workspace.project(), SOON).toContain('index.html');
    expect(await readFile(join(workspace.home, 'project', 'index.html'), 'utf8')).toBe(PAGE);
    expect([await workspace.answer(), workspace.isRunning()]).toEqual([200, true]);
  });

  it('tries a late repository again until it is there, and says why it is not', async () => {
    const workspace = await Workspace.make(template);
    await workspace.start();
    await expect.poll(() => workspace.answer(), SOON).toBe(200);
    await workspace.configure(`${workspace.code}-later`);
    await expect.poll(() => workspace.said, SOON).toContain(`${workspace.code}-later' does not exist`);
    expect(workspace.isRunning()).toBe(true);

    await workspace.configure(workspace.code);
    await expect.poll(() => workspace.project(), SOON).toContain('index.html');
  });

  it('serves at its first start only what was cloned, and ends with what git says where that fails', async () => {
    const cloned = await Workspace.make(template);
    await cloned.configure(cloned.code);
    await cloned.start();
    await expect.poll(() => cloned.answer(), SOON).toBe(200);
    expect(await cloned.project()).toContain('index.html');

    const failed = await Workspace.make(template);
    await failed.configure(failed.code, 'no-such-branch');
    await failed.start();
    expect(await failed.ended()).not.toBe(0);
    expect(failed.said).toContain('Remote branch no-such-branch not found');
  });

  it('comes up again with a repository that is not there: somebody’s work may be in its home', async () => {
    const workspace = await Workspace.make(template);
    await workspace.start();
    await expect.poll(() => workspace.answer(), SOON).toBe(200);
    workspace.terminate();
    await workspace.ended();

    await workspace.configure(`${workspace.code}-never`);
    await workspace.start();
    await expect.poll(() => workspace.answer(), SOON).toBe(200);
  });

  it('leaves a project as it is', async () => {
    const workspace = await Workspace.make(template);
    await mkdir(join(workspace.home, 'project'));
    await workspace.configure(workspace.code);
    await workspace.start();
    await expect.poll(() => workspace.answer(), SOON).toBe(200);
    expect(await workspace.project()).toEqual([]);
  });
});

it('replicas that share a home clone once, though their repository comes to all of them at the same time', async ({
  skip,
}) => {
  if (spawnSync('flock', ['--version']).error) return skip('This machine has no flock.');
  const workspace = await Workspace.make('node');
  const replicas = [workspace, await workspace.replica(), await workspace.replica()];
  await Promise.all(replicas.map((replica) => replica.start()));
  for (const replica of replicas) await expect.poll(() => replica.answer(), SOON).toBe(200);

  await workspace.configure(workspace.code);
  await expect.poll(() => workspace.project(), SOON).toContain('index.html');
  // Each of them has looked by now.
  await new Promise((resolve) => setTimeout(resolve, 3000));
  expect((await workspace.project()).sort()).toEqual(['.git', 'index.html']);
  expect(await readdir(workspace.home)).not.toContain('project.part');
  expect(replicas.map(({ said }) => said.match(/Cloning into/g)?.length ?? 0).sort()).toEqual([0, 0, 1]);
});

it('a Python workspace serves its home until there is a project, and then the project', async () => {
  const workspace = await Workspace.make('python');
  await workspace.start();
  await expect.poll(() => workspace.answer('/index.html'), SOON).toBe(404);

  await workspace.configure(workspace.code);
  await expect.poll(() => workspace.page('/'), SOON).toBe(PAGE);
});

/** The container of a template without its container: its script with other paths and another port. */
class Workspace {
  readonly home: string;
  readonly code: string;
  said = '';
  readonly #root: string;
  readonly #template: string;
  readonly #port: number;
  #process: ChildProcess | undefined;
  #closed: Promise<unknown> = Promise.resolve();

  private constructor(root: string, code: string, template: string, port: number) {
    this.#root = root;
    this.#template = template;
    this.#port = port;
    this.home = join(root, 'home');
    this.code = code;
  }

  static async make(template: string): Promise<Workspace> {
    const root = await mkdtemp(join(tmpdir(), 'berth-workspace-'));
    onTestFinished(() => rm(root, { recursive: true, force: true, maxRetries: 5 }));
    const code = join(codeRepository(root, 'shop', PAGE), 'shop.git');
    const workspace = new Workspace(root, code, template, await freePort(root));
    for (const directory of ['home', 'etc']) await mkdir(join(root, directory));
    await workspace.configure('');
    return workspace;
  }

  /** Another one with the same home. */
  async replica(): Promise<Workspace> {
    return new Workspace(this.#root, this.code, this.#template, await freePort(this.#root));
  }

  async configure(repository: string, ref = ''): Promise<void> {
    await writeFile(join(this.#root, 'etc', 'ref'), ref);
    await writeFile(join(this.#root, 'etc', 'repository'), repository);
  }

  async start(): Promise<void> {
    const found = await new TemplateCatalogue(join(REPOSITORY, 'templates')).find(this.#template);
    const { command, env } = found?.template.workload.pods.web ?? {};
    const here: Record<string, string> = {
      '/etc/berth': join(this.#root, 'etc'),
      '/tmp/served': join(this.#root, 'served'),
      '8080': String(this.#port),
    };
    const [program = '', ...args] = (command ?? []).map((text) =>
      text.replaceAll(/\/etc\/berth|\/tmp\/served|8080/g, (there) => here[there] ?? there),
    );
    const variables = { ...env, HOME: this.home, PATH: process.env.PATH };
    // A container ends with its first process; what is left of a group is ended by the test.
    const child = spawn(program, args, { cwd: this.home, env: variables, detached: true, stdio: 'pipe' });
    child.stderr.setEncoding('utf8').on('data', (text: string) => {
      this.said += text;
    });
    child.once('exit', () => this.#killGroup(child));
    onTestFinished(() => this.#killGroup(child));
    this.#process = child;
    this.#closed = once(child, 'close');
  }

  isRunning(): boolean {
    return this.#process?.exitCode === null && this.#process.signalCode === null;
  }

  terminate(): void {
    this.#process?.kill('SIGTERM');
  }

  async ended(): Promise<number | null> {
    await this.#closed;
    return this.#process?.exitCode ?? null;
  }

  project(): Promise<string[]> {
    return readdir(join(this.home, 'project')).catch(() => []);
  }

  async answer(path = '/'): Promise<number> {
    return await this.#get(path).then(
      ({ status }) => status,
      () => 0,
    );
  }

  async page(path: string): Promise<string> {
    return await (await this.#get(path)).text();
  }

  #get(path: string): Promise<Response> {
    return fetch(`http://${LOOPBACK}:${this.#port}${path}`, { headers: { Connection: 'close' } });
  }

  #killGroup({ pid }: ChildProcess): void {
    try {
      if (pid !== undefined) process.kill(-pid, 'SIGKILL');
    } catch {
      // It has ended.
    }
  }
}

async function freePort(root: string): Promise<number> {
  const file = join(root, `${randomUUID()}.json`);
  return (await choosePorts(file, { web: undefined })).web;
}
