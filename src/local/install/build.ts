import { rm } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { progressLine } from '../progress.ts';
import { REPOSITORY } from '../repository.ts';
import { publishProgram, temporaryDirectory } from './cache.ts';
import { runCommand } from './command.ts';
import { explainFailure } from './failure.ts';
import type { InstallOptions } from './options.ts';
import { PINNED_VERSIONS, type ProgramName } from './programs.ts';

interface Module {
  /** Under tools/. */
  readonly directory: string;
  readonly packages: Readonly<Partial<Record<ProgramName, string>>>;
}

/** Where each program is built from. */
export const MODULES: readonly Module[] = [
  { directory: 'etcd', packages: { etcd: 'go.etcd.io/etcd/server/v3' } },
  {
    directory: 'kubernetes',
    packages: {
      'kube-apiserver': 'k8s.io/kubernetes/cmd/kube-apiserver',
      'kube-controller-manager': 'k8s.io/kubernetes/cmd/kube-controller-manager',
      'kube-scheduler': 'k8s.io/kubernetes/cmd/kube-scheduler',
      kwok: 'sigs.k8s.io/kwok/cmd/kwok',
      kubelet: 'k8s.io/kubernetes/cmd/kubelet',
      'kube-proxy': 'k8s.io/kubernetes/cmd/kube-proxy',
    },
  },
  { directory: 'coredns', packages: { coredns: 'berth/tools/coredns' } },
  { directory: 'enforcer', packages: { 'policy-enforcer': 'berth/tools/enforcer' } },
];

const LINKER_FLAGS = `-s -w -X k8s.io/component-base/version.gitVersion=v${PINNED_VERSIONS['kube-apiserver']}`;

/**
 * Builds missing programs from their pinned modules into the cache.
 *
 * Modules and compiled packages are kept in the cache too, for later builds; nothing of the user's own is touched.
 *
 * @param go - the `go` command
 * @throws {@link UserError} that says why it could not
 */
export async function buildPrograms(go: string, missing: readonly ProgramName[], options: InstallOptions) {
  const built: Partial<Record<ProgramName, string>> = {};
  for (const module of MODULES) {
    const wanted = missing.filter((name) => name in module.packages);
    if (wanted.length > 0) Object.assign(built, await buildModule(go, module, wanted, options));
  }
  return built;
}

async function buildModule(go: string, module: Module, wanted: readonly ProgramName[], options: InstallOptions) {
  const { cache, environment, progress, supervisor } = options;
  const what = wanted.join(', ');
  const directory = temporaryDirectory(cache);
  const run = (args: readonly string[], onLine?: (line: string) => void) =>
    runCommand(go, args, {
      cwd: join(REPOSITORY, 'tools', module.directory),
      env: goEnvironment(cache, environment),
      supervisor,
      ...(onLine && { onLine }),
    });
  const packages = wanted.map((name) => module.packages[name] ?? '');
  try {
    progress.say(`Building ${what} …`);
    let total = 0;
    let fetched = 0;
    await run(['list', '-deps', ...packages], (line) => {
      if (line.startsWith('go: downloading')) progress.update(`downloading modules: ${++fetched}`);
      else total += 1;
    });
    const began = Date.now();
    let done = 0;
    const args = [
      'build',
      '-v',
      '-trimpath',
      '-buildvcs=false',
      `-ldflags=${LINKER_FLAGS}`,
      `-o=${directory}/`,
      ...packages,
    ];
    await run(args, () =>
      progress.update(progressLine(`building ${module.directory}`, ++done / total, Date.now() - began)),
    );
    const paths = await Promise.all(
      wanted.map(async (name) => [name, await publishProgram(cache, name, join(directory, outputName(module, name)))]),
    );
    return Object.fromEntries(paths) as Partial<Record<ProgramName, string>>;
  } catch (error) {
    throw explainFailure(what, cache, error);
  } finally {
    await rm(directory, { recursive: true, force: true });
  }
}

/** Go names a program after its package, or after the element before a major version. */
function outputName(module: Module, name: ProgramName): string {
  const path = module.packages[name] ?? name;
  return basename(path.replace(/\/v\d+$/, ''));
}

/** With what environment `go` uses the cache, and nothing of the user's own. */
export function goEnvironment(cache: string, environment: NodeJS.ProcessEnv): NodeJS.ProcessEnv {
  return {
    ...environment,
    CGO_ENABLED: '0',
    GOTOOLCHAIN: 'local',
    GOFLAGS: '-mod=readonly -modcacherw',
    GOWORK: 'off',
    GOMODCACHE: join(cache, 'go-modules'),
    GOCACHE: join(cache, 'go-build'),
  };
}
