import { execFile } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import type { V1Pod } from '@kubernetes/client-node';
import { inject } from 'vitest';
import { parse } from 'yaml';
import { goEnvironment } from '../../src/local/install/build.ts';
import { cacheDirectory, prepareCache } from '../../src/local/install/cache.ts';
import { findOrInstallGo } from '../../src/local/install/go.ts';
import { Supervisor } from '../../src/local/processes/supervisor.ts';
import { silent } from '../../src/local/progress.ts';
import { REPOSITORY } from '../../src/local/repository.ts';

const MODULE = 'k8s.io/pod-security-admission';

/** A pod of the fixtures, and what it is for: the name of its file. */
export interface Fixture {
  readonly name: string;
  readonly pod: V1Pod;
}

/**
 * The pods by which Kubernetes tests its own Pod Security admission, of the newest version of the standards that they
 * have: their module is the one that the apiserver is built from.
 */
export class PodSecurityFixtures {
  readonly #directory: string;

  constructor(moduleDirectory: string) {
    this.#directory = join(moduleDirectory, 'test', 'testdata');
  }

  of(level: 'baseline' | 'restricted', outcome: 'pass' | 'fail'): Fixture[] {
    const versions = readdirSync(join(this.#directory, level)).map((name) => Number(/^v1\.(\d+)$/.exec(name)?.[1]));
    const directory = join(this.#directory, level, `v1.${Math.max(...versions)}`, outcome);
    return readdirSync(directory).map((file) => {
      const pod: V1Pod = parse(readFileSync(join(directory, file), 'utf8'));
      // Some have names that no object may have.
      const name = pod.metadata?.name?.replaceAll('_', '-') ?? '';
      return { name: file.replace(/\.yaml$/, ''), pod: { ...pod, metadata: { ...pod.metadata, name } } };
    });
  }
}

/** The fixtures, fetched into Berth's cache where they are not there. */
export async function podSecurityFixtures(): Promise<PodSecurityFixtures> {
  const cache = cacheDirectory(process.env);
  prepareCache(cache);
  const supervisor = new Supervisor(inject('servers').stateDir);
  const go = await findOrInstallGo({ cache, environment: process.env, progress: silent, supervisor });
  const { stdout } = await promisify(execFile)(go, ['mod', 'download', '-json', MODULE], {
    cwd: join(REPOSITORY, 'tools', 'kubernetes'),
    env: goEnvironment(cache, process.env),
  });
  return new PodSecurityFixtures(JSON.parse(stdout).Dir);
}
