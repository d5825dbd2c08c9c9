import { createHash, randomBytes } from 'node:crypto';
import { describe, expect, it, onTestFinished } from 'vitest';
import { berth, type Ending } from '../cli/berth.ts';
import { someDeveloper, terminate, tokenFor } from '../setup/client.ts';

/** A developer with their way into the containers of their environments. */
class Developer {
  readonly name = someDeveloper();
  #token = '';

  async start(project: string, template: string): Promise<Ending> {
    this.#token ||= await tokenFor(this.name);
    onTestFinished(async () => {
      await terminate(this.#token, { dev_id: this.name, project });
    });
    return await berth(['start', project, '--template', template], { BERTH_TOKEN: this.#token });
  }

  /** Runs a command in a container of theirs. */
  run(project: string, ...command: string[]): Promise<Ending> {
    return this.give(project, '', ...command);
  }

  /** The same for a command that reads. */
  give(project: string, input: string, ...command: string[]): Promise<Ending> {
    return berth(['shell', project, '--', ...command], { BERTH_TOKEN: this.#token }, input);
  }
}

describe('an environment on a real node', () => {
  it('has a shell for a user who is not root, and a home that they can write and that outlives the container', async () => {
    const developer = new Developer();
    expect(await developer.start('shop', 'default')).toMatchObject({ code: 0 });

    expect(await developer.run('shop', 'id', '--user')).toMatchObject({ code: 0, stdout: '1000\n' });
    expect(await developer.run('shop', 'sh', '-c', 'echo kept > note && df --output=target . | tail -1')).toMatchObject(
      {
        code: 0,
        stdout: '/home/dev\n',
      },
    );
    // The first process ends, and with it the container and what it kept elsewhere: the kubelet makes another.
    await developer.run('shop', 'sh', '-c', 'touch /tmp/lost && kill 1');
    await expect
      .poll(() => developer.run('shop', 'sh', '-c', 'ls /tmp/lost 2>/dev/null; cat note'), {
        timeout: 60_000,
        interval: 500,
      })
      .toMatchObject({ code: 0, stdout: 'kept\n' });
  });

  it('has git, curl, Node.js and Python, and no program that gives it more rights', async () => {
    const developer = new Developer();
    await developer.start('shop', 'default');

    for (const program of ['git', 'curl', 'node', 'python3', 'npm']) {
      expect(await developer.run('shop', program, '--version'), program).toMatchObject({ code: 0 });
    }
    const found = await developer.run('shop', 'sh', '-c', 'find / -xdev -perm /6000 -type f 2>/dev/null; true');
    expect(found).toMatchObject({ code: 0, stdout: '' });
    expect(await developer.run('shop', 'cat', '/proc/self/status')).toMatchObject({
      stdout: expect.stringMatching(/CapEff:\s+0000000000000000\n.*NoNewPrivs:\s+1\n.*Seccomp:\s+2\n/s),
    });
  });

  it('hands a command its input to the end, and passes on its output and its exit code', async () => {
    const developer = new Developer();
    await developer.start('shop', 'default');
    const input = randomBytes(200_000).toString('hex');
    const hash = createHash('sha256').update(input).digest('hex');

    expect(await developer.give('shop', input, 'sha256sum')).toMatchObject({ code: 0, stdout: `${hash}  -\n` });

    expect(await developer.run('shop', 'sh', '-c', 'echo out; echo err >&2; exit 7')).toMatchObject({
      code: 7,
      stdout: 'out\n',
      stderr: expect.stringContaining('err'),
    });
  });
});

describe('the network of an environment', () => {
  const [owner, stranger] = [new Developer(), new Developer()];
  const FETCH = ['curl', '--silent', '--show-error', '--max-time', '3'];

  it('is open inside, by names, and closed to another environment and to the apiserver', async () => {
    expect(await owner.start('shop', 'node')).toMatchObject({ code: 0 });
    expect(await stranger.start('spy', 'default')).toMatchObject({ code: 0 });
    const hosts = (await owner.run('shop', 'grep', 'web-', '/etc/hosts')).stdout.trim().split('\n');
    const [ipv4, ipv6, ...others] = hosts.map((line) => line.split('\t')[0]);
    expect(others).toEqual([]);
    const direct = [`http://${ipv4}:8080`, `http://[${ipv6}]:8080`];

    // Open: the same listener that is closed to the stranger answers its own environment, by name and by address.
    expect(await owner.run('shop', ...FETCH, 'http://web')).toMatchObject({ code: 0, stdout: 'Hello from Berth' });
    for (const target of direct) expect(await owner.run('shop', ...FETCH, target), target).toMatchObject({ code: 0 });
    // The stranger's names resolve: its way to the DNS is open, and nothing else is.
    const name = `web.dev-${owner.name}.svc.cluster.local`;
    expect(await stranger.run('spy', 'getent', 'hosts', name)).toMatchObject({ code: 0 });
    for (const target of [`http://${name}`, ...direct, 'https://kubernetes.default.svc'])
      expect((await stranger.run('spy', ...FETCH, target)).code, target).toBe(TIMED_OUT);
  });
});

/** curl's exit code where a connection comes to nothing within its time. */
const TIMED_OUT = 28;
