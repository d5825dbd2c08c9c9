import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { KubeConfig, type KubernetesObject } from '@kubernetes/client-node';
import { describe, expect, inject, it, onTestFinished } from 'vitest';
import { bootstrapCluster } from '../../src/local/bootstrap/bootstrap.ts';
import { untilWorkerIsConfined } from '../../src/local/bootstrap/confinement.ts';
import { readManifests } from '../../src/local/bootstrap/manifests.ts';
import { REPOSITORY } from '../../src/local/repository.ts';
import { adminCluster } from '../setup/client.ts';

const MANIFESTS = join(REPOSITORY, 'deploy', 'kubernetes');
type Named = KubernetesObject & { apiVersion: string; kind: string; metadata: { name: string } };

describe('preparing a cluster', () => {
  it('that is prepared already changes nothing', async () => {
    const directory = mkdtempSync(join(tmpdir(), 'berth-test-bootstrap-'));
    onTestFinished(() => rmSync(directory, { recursive: true }));
    const administrator = new KubeConfig();
    administrator.loadFromFile(inject('servers').adminKubeconfig);
    const objects = await readManifests(MANIFESTS);
    const cluster = await adminCluster();
    // Their status is the cluster's own.
    const contents = () =>
      Promise.all(
        objects.map(async (object) => {
          const {
            metadata,
            status: _,
            ...content
          } = (await cluster.read<Named & { status?: object }>(object as Named)) ?? {};
          return { ...content, uid: metadata?.uid, generation: metadata?.generation };
        }),
      );
    const before = await contents();

    const access = await bootstrapCluster(administrator, objects, directory, new AbortController().signal);
    access.stop();

    expect(before.map(({ uid }) => uid)).not.toContain(undefined);
    expect(await contents()).toEqual(before);
  });

  it('has each rule of admission with a binding that denies, and last the one that the start waits for', async () => {
    const objects = (await readManifests(MANIFESTS)) as (Named & { spec?: { policyName?: string } })[];
    const named = (kind: string) => objects.filter((object) => object.kind === kind);
    const policies = named('ValidatingAdmissionPolicy').map(({ metadata }) => metadata.name);
    const bindings = named('ValidatingAdmissionPolicyBinding');

    expect(bindings.map(({ spec }) => spec?.policyName)).toEqual(policies);
    expect(policies.at(-1)).toBe('berth-worker');
    for (const { spec } of bindings) expect(spec).toMatchObject({ validationActions: ['Deny'] });
    for (const { spec } of named('ValidatingAdmissionPolicy')) expect(spec).toMatchObject({ failurePolicy: 'Fail' });
  });

  it('gives it rules in which its own type checker finds no fault', async () => {
    const cluster = await adminCluster();
    const policies = (await readManifests(MANIFESTS)).filter(({ kind }) => kind === 'ValidatingAdmissionPolicy');
    interface Checked extends KubernetesObject {
      status?: { typeChecking?: { expressionWarnings?: object[] } };
    }
    const found = () => Promise.all(policies.map((policy) => cluster.read<Checked>(policy as Named)));

    await expect
      .poll(found, { timeout: 20_000 })
      .toEqual(policies.map(() => expect.objectContaining({ status: expect.objectContaining({ typeChecking: {} }) })));
  });

  it('waits as long as the worker could write elsewhere', async () => {
    const { adminKubeconfig, workerKubeconfig } = inject('servers');
    const patience = new Error('the test has waited long enough');
    const waiting = new AbortController();
    setTimeout(() => waiting.abort(patience), 500);

    await expect(untilWorkerIsConfined(adminKubeconfig, waiting.signal)).rejects.toBe(patience);
    await expect(untilWorkerIsConfined(workerKubeconfig, new AbortController().signal)).resolves.toBeUndefined();
  });
});
