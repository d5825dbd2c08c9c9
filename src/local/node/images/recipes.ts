import { readFileSync } from 'node:fs';
import { copyFile, mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { runCommand } from '../../install/command.ts';
import { explainFailure } from '../../install/failure.ts';
import type { InstallOptions } from '../../install/options.ts';
import { PINNED_VERSIONS } from '../../install/programs.ts';
import { REPOSITORY } from '../../repository.ts';
import type { Recipe } from './image.ts';

const BUSYBOX = 'busybox-static';
const WORKSPACE_SCRIPT = join(REPOSITORY, 'tools', 'workspace', 'build.sh');

/** Holds a pod's network open, and does nothing. */
export function pause({ environment, supervisor, cache }: InstallOptions): Recipe {
  return {
    name: 'pause',
    ingredients: [BUSYBOX],
    config: { User: '65535:65535', Entrypoint: ['/busybox', 'tail', '-f', '/dev/null'] },
    fill: async (root) => {
      // Taken out of its package without installing that, which would drive out the busybox of the system.
      const unpacked = `${root}.package`;
      await mkdir(unpacked);
      const run = (...command: [string, ...string[]]) =>
        runCommand(command[0], command.slice(1), { env: environment, supervisor, cwd: unpacked });
      try {
        await run('apt-get', 'download', BUSYBOX).catch(async () => {
          await run('apt-get', 'update');
          await run('apt-get', 'download', BUSYBOX);
        });
        await run('sh', '-c', 'dpkg-deb --extract ./*.deb .');
      } catch (error) {
        supervisor.signal.throwIfAborted();
        throw explainFailure(BUSYBOX, cache, error);
      }
      await mkdir(root);
      await copyFile(join(unpacked, 'bin', 'busybox'), join(root, 'busybox'));
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
