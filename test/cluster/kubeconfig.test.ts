import { mkdtempSync, writeFileSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { KubeConfig } from '@kubernetes/client-node';
import { describe, expect, it, onTestFinished } from 'vitest';
import { entranceTo, kubeconfig } from '../../src/cluster/kubeconfig.ts';

const own = {
  name: 'inner',
  server: 'https://10.0.0.1:6443',
  caData: 'b3du',
  skipTLSVerify: false,
  tlsServerName: 'kubernetes',
  proxyUrl: 'http://proxy.internal:3128',
};
const public_ = 'https://cluster.example';

describe('the way of developers to the cluster', () => {
  it('is the worker’s own where nothing else is said', () => {
    expect(entranceTo(own, { server: undefined, caFile: undefined })).toEqual({
      server: 'https://10.0.0.1:6443',
      'certificate-authority-data': 'b3du',
      'tls-server-name': 'kubernetes',
      'proxy-url': 'http://proxy.internal:3128',
    });
  });

  it('leads to another server without what the worker needs to reach its own', () => {
    expect(entranceTo({ ...own, skipTLSVerify: true }, { server: public_, caFile: undefined })).toEqual({
      server: public_,
      'certificate-authority-data': 'b3du',
    });
  });

  it('trusts other certificates where a file names them', () => {
    const caFile = file('theirs');

    const entrance = entranceTo(own, { server: public_, caFile });

    expect(entrance['certificate-authority-data']).toBe(Buffer.from('theirs').toString('base64'));
  });

  it('brings along certificates that the worker has in a file, as in a pod of the cluster', () => {
    const { caData: _, ...inPod } = own;

    const entrance = entranceTo({ ...inPod, caFile: file('mounted') }, { server: public_, caFile: undefined });

    expect(entrance['certificate-authority-data']).toBe(Buffer.from('mounted').toString('base64'));
  });
});

describe('a kubeconfig', () => {
  it('is read by the cluster’s client as it was meant', () => {
    const text = kubeconfig({
      name: 'dev-ada',
      cluster: { server: public_ },
      user: { token: 't' },
      namespace: 'dev-ada',
    });
    const read = new KubeConfig();
    read.loadFromString(text);

    expect(read.getCurrentCluster()).toMatchObject({ name: 'dev-ada', server: public_ });
    expect(read.getCurrentUser()).toMatchObject({ name: 'dev-ada', token: 't' });
    expect(read.getContextObject('dev-ada')).toMatchObject({ namespace: 'dev-ada' });
  });
});

function file(content: string): string {
  const directory = mkdtempSync(join(tmpdir(), 'entrance-'));
  onTestFinished(() => rm(directory, { recursive: true }));
  const path = join(directory, 'ca.crt');
  writeFileSync(path, content);
  return path;
}
