import { once } from 'node:events';
import { connect, createServer, type Socket } from 'node:net';
import { KubeConfig } from '@kubernetes/client-node';
import { describe, expect, inject, it, onTestFinished } from 'vitest';
import { type Cluster, connectCluster } from '../../src/cluster/client.ts';
import type { TransportOptions } from '../../src/cluster/transport.ts';

const DEFAULT = { apiVersion: 'v1', kind: 'Namespace', metadata: { name: 'default' } };

describe('the client to the apiserver', () => {
  it('makes 100 calls one after the other over one connection', async () => {
    const proxy = await proxyToApiserver();
    const cluster = await clusterBehind(proxy.port);

    for (let calls = 0; calls < 100; calls++) await cluster.read(DEFAULT);

    expect(proxy.connections()).toBe(1);
  });

  it('makes 200 calls at once over no more connections than it may', async () => {
    const proxy = await proxyToApiserver();
    const cluster = await clusterBehind(proxy.port, { connections: 4 });

    const answers = await Promise.all(Array.from({ length: 200 }, () => cluster.read(DEFAULT)));

    expect(answers.every((answer) => answer !== undefined)).toBe(true);
    expect(proxy.connections()).toBeLessThanOrEqual(4);
  });

  it('gives up a call at its deadline, as something to try again', async () => {
    const proxy = await proxyToApiserver();
    const cluster = await clusterBehind(proxy.port, { deadlineMs: 300 });
    proxy.pause();

    await expect(cluster.read(DEFAULT)).rejects.toMatchObject({
      class: 'transient',
      message: 'The apiserver did not answer in time.',
    });
  });

  it('counts the time of a call from when it has a connection: who waits for a slow one is not given up with it', async () => {
    const { proxy, cluster, slow } = await behindSlowCall();
    const waiting = [cluster.read(DEFAULT), cluster.read(DEFAULT)];

    await expect(slow).rejects.toThrow('did not answer in time');
    proxy.goOn();

    for (const answer of await Promise.all(waiting)) expect(answer).toMatchObject({ metadata: { name: 'default' } });
  });

  it('gives up a call that waits for a connection when its caller does, and the others go on', async () => {
    const { proxy, cluster, slow } = await behindSlowCall();
    const caller = new AbortController();
    const waiting = [cluster.read(DEFAULT, caller.signal), cluster.read(DEFAULT)];

    caller.abort();
    await expect(waiting[0]).rejects.toThrow('The call to the apiserver was cancelled.');
    await expect(slow).rejects.toThrow('did not answer in time');
    proxy.goOn();
    await expect(waiting[1]).resolves.toBeDefined();
  });

  it('gives up a call when its caller does', async () => {
    const proxy = await proxyToApiserver();
    const cluster = await clusterBehind(proxy.port);
    proxy.pause();
    const caller = new AbortController();
    const call = cluster.read(DEFAULT, caller.signal);

    caller.abort();

    await expect(call).rejects.toThrow('The call to the apiserver was cancelled.');
  });

  it('reports an apiserver that is not there as something to try again, and says so', async () => {
    const cluster = await clusterBehind(1);

    await expect(cluster.read(DEFAULT)).rejects.toMatchObject({
      class: 'transient',
      message: expect.stringContaining('cannot be reached'),
    });
  });

  it('deletes only the object with the uid that it was told', async () => {
    const proxy = await proxyToApiserver();
    const cluster = await clusterBehind(proxy.port);

    await expect(cluster.delete(DEFAULT, 'another-uid')).rejects.toMatchObject({ class: 'conflict', status: 409 });
  });

  it('changes only the object with the uid that it was told', async () => {
    const proxy = await proxyToApiserver();
    const cluster = await clusterBehind(proxy.port);

    const labels = { changed: 'by mistake' };
    const change = { ...DEFAULT, metadata: { ...DEFAULT.metadata, labels } };
    await expect(cluster.merge(change, 'another-uid')).rejects.toMatchObject({ class: 'conflict', status: 409 });
    expect((await cluster.read(DEFAULT))?.metadata?.labels).not.toMatchObject(labels);
  });
});

/** A cluster whose only connection is taken by a call that is not answered. */
async function behindSlowCall() {
  const proxy = await proxyToApiserver();
  const cluster = await clusterBehind(proxy.port, { connections: 1, deadlineMs: 2000 });
  await cluster.read(DEFAULT);
  proxy.pause();
  return { proxy, cluster, slow: cluster.read(DEFAULT) };
}

/** Stands before the apiserver, counts connections, and can stop to pass anything on. */
async function proxyToApiserver() {
  const target = new URL(adminConfig().getCurrentCluster()?.server ?? '');
  const sockets: Socket[] = [];
  let paused = false;
  const server = createServer((client) => {
    sockets.push(client);
    const upstream = connect(Number(target.port), target.hostname);
    for (const socket of [client, upstream]) socket.on('error', () => undefined);
    client.pipe(upstream).pipe(client);
    if (paused) client.pause();
    client.once('close', () => upstream.destroy());
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  onTestFinished(() => {
    for (const socket of sockets) socket.destroy();
    server.close();
  });
  const address = server.address();
  if (typeof address !== 'object' || address === null) throw new Error('the proxy has no address');
  const pause = (): void => {
    paused = true;
    for (const socket of sockets) socket.pause();
  };
  const goOn = (): void => {
    paused = false;
    for (const socket of sockets) socket.resume();
  };
  return { port: address.port, connections: () => sockets.length, pause, goOn };
}

async function clusterBehind(port: number, options: TransportOptions = {}): Promise<Cluster> {
  const kubeConfig = adminConfig();
  kubeConfig.clusters = kubeConfig.clusters.map((cluster) => ({ ...cluster, server: `https://127.0.0.1:${port}` }));
  const cluster = await connectCluster(kubeConfig, options);
  onTestFinished(() => cluster.close());
  return cluster;
}

function adminConfig(): KubeConfig {
  const kubeConfig = new KubeConfig();
  kubeConfig.loadFromFile(inject('servers').adminKubeconfig);
  return kubeConfig;
}
