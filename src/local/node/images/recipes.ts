import { readFileSync } from 'node:fs';
import { copyFile, mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { runCommand } from '../../install/command.ts';
import { explainFailure } from '../../install/failure.ts';
import type { InstallOptions } from '../../install/options.ts';
import { PINNED_VERSIONS } from '../../install/programs.ts';
import { REPOSITORY } from '../../repository.ts';
import type { Recipe } from './image.ts';

const BUSYBOX = '/bin/busybox';
const WORKSPACE_SCRIPT = join(REPOSITORY, 'tools', 'workspace', 'build.sh');

/** Holds a pod's network open, and does nothing. */
export function pause(): Recipe {
  return {
    name: 'pause',
    ingredients: [readFileSync(BUSYBOX)],
    config: { User: '65535:65535', Entrypoint: ['/busybox', 'tail', '-f', '/dev/null'] },
    fill: async (root) => {
      await mkdir(root);
      await copyFile(BUSYBOX, join(root, 'busybox'));
    },
  };
}

/** The cluster's DNS. */
export function coredns(program: string): Recipe {
  return {
    name: 'coredns',
    ingredients: [PINNED_VERSIONS.coredns],
    config: { Entrypoint: ['/coredns'] },
    fill: async (root) => {
      await mkdir(root);
      await copyFile(program, join(root, 'coredns'));
    },
  };
}

/** What developers work in: a shell, git, curl, Node.js and Python, out of Debian's packages, for a user who is not root. */
export function workspace(options: InstallOptions): Recipe {
  const { environment, supervisor, progress, cache } = options;
  return {
    name: 'workspace',
    ingredients: [readFileSync(WORKSPACE_SCRIPT)],
    config: {
      User: '1000:1000',
      Env: ['PATH=/usr/local/bin:/usr/bin:/bin', 'HOME=/home/dev', 'LANG=C.UTF-8'],
      WorkingDir: '/home/dev',
      Cmd: ['/bin/bash'],
    },
    fill: async (root) => {
      progress.say('Building the workspace image from Debian packages …');
      const onLine = (line: string): void => progress.update(line);
      await runCommand('sh', [WORKSPACE_SCRIPT, root], { env: environment, supervisor, onLine }).catch(
        (error: unknown) => {
          throw explainFailure('the workspace image', cache, error);
        },
      );
    },
  };
}
