import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { createServer, type Server } from 'node:http';
import { type AddressInfo, connect } from 'node:net';
import { afterAll, beforeAll, describe, expect, it, onTestFinished } from 'vitest';
import { call, someDeveloper, terminate, tokenFor } from '../setup/client.ts';
import { berth, environmentOf, LAUNCHER } from './berth.ts';
import { POD_PORT, StreamingNode } from './streaming-node.ts';

const developer = someDeveloper();
const identity = { dev_id: developer, project: 'shop' };
const namespace = `dev-${developer}`;
/** What is behind the pod's port: it answers with what it was sent, and with much. */
const server: Server = createServer((request, response) => {
  if (request.url === '/much') response.end('x'.repeat(1_000_000));
  else request.pipe(response);
});
let variables: Record<string, string>;
let node: StreamingNode;

beforeAll(async () => {
  await once(server.listen(0, '127.0.0.1'), 'listening');
  const token = await tokenFor(developer);
  variables = { BERTH_TOKEN: token };
  await call(token, 'POST', '/environments/start', { body: { ...identity, template: 'bare' } });
  node = new StreamingNode();
  await node.start([namespace], (server.address() as AddressInfo).port);
  await node.run(namespace, 'web-1', { 'berth.dev/pod': 'web' });
});
afterAll(async () => {
  server.close();
  await terminate(variables.BERTH_TOKEN ?? '', identity);
  await node.end();
});

describe('berth forward', () => {
  it('lets programs here reach a port there, several at once, and ends with Ctrl-C', async () => {
    const forward = new Forward(`0:${POD_PORT}`);
    const { host, port, pod, pod_port } = await forward.ready();

    const url = `http://${host}:${port}`;
    const echoes = await Promise.all(['one', 'two', 'three'].map((body) => textOf(url, { method: 'POST', body })));
    const much = await textOf(`${url}/much`);

    expect({ host, pod, pod_port }).toEqual({ host: '127.0.0.1', pod: 'web-1', pod_port: POD_PORT });
    expect(echoes).toEqual(['one', 'two', 'three']);
    expect(much.length).toBe(1_000_000);
    expect(await forward.interrupt()).toBe(0);
    expect(forward.stderr).toBe('');
    await expect(fetch(url)).rejects.toThrow();
  });

  it('says clearly that nothing answers at a port, and goes on', async () => {
    const forward = new Forward(`0:${POD_PORT + 1}`);
    const { port } = await forward.ready();

    const socket = connect(Number(port), '127.0.0.1');
    await once(socket, 'close');

    const line = new RegExp(`^Nothing answers at port ${POD_PORT + 1} of web-1: .+$`, 'm');
    await expect.poll(() => forward.stderr, { timeout: 20_000 }).toMatch(line);
    expect(await forward.interrupt()).toBe(0);
  });

  it('says so where the port of this machine is taken', async () => {
    const { port } = server.address() as AddressInfo;

    const { code, stdout, stderr } = await berth(['forward', 'shop', `${port}:${POD_PORT}`], variables);

    expect({ code, stdout }).toEqual({ code: 1, stdout: '' });
    expect(stderr).toMatch(`The port ${port} of this machine cannot be had (EADDRINUSE): choose another, as in `);
  });

  it('says so where the service is not there', async () => {
    const ending = await berth(['forward', 'shop', '80', '--service=cache'], variables);

    expect(ending).toEqual({ code: 1, stdout: '', stderr: "The environment has no service 'cache'.\n" });
  });
});

/** A forwarding as its user starts it. */
class Forward {
  stderr = '';
  #stdout = '';
  readonly #child: ChildProcess;

  constructor(ports: string) {
    const args = [LAUNCHER, 'forward', 'shop', ports, '--json'];
    const child = spawn(process.execPath, args, { env: environmentOf(variables), stdio: ['ignore', 'pipe', 'pipe'] });
    child.stdout.on('data', (data) => {
      this.#stdout += data;
    });
    child.stderr.on('data', (data) => {
      this.stderr += data;
    });
    this.#child = child;
    onTestFinished(() => void child.kill('SIGKILL'));
  }

  async ready(): Promise<Record<string, string | number>> {
    await expect.poll(() => this.#stdout + this.stderr, { timeout: 30_000 }).toMatch(/\n$/);
    return JSON.parse(this.#stdout);
  }

  async interrupt(): Promise<number> {
    this.#child.kill('SIGINT');
    const [code] = await once(this.#child, 'close');
    return code;
  }
}

async function textOf(url: string, options: RequestInit = {}): Promise<string> {
  return await (await fetch(url, options)).text();
}
