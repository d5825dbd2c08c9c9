import { sourceVersion } from './source-version.ts';

export const CONTROL_PLANE_PROGRAMS = ['etcd', 'kube-apiserver', 'kube-controller-manager', 'kube-scheduler'] as const;
/** What stands in for a node. */
export const SIMULATION_PROGRAMS = ['kwok'] as const;
/** What a real node is made of, beside Debian's packages. */
export const NODE_PROGRAMS = ['kubelet', 'kube-proxy', 'coredns', 'policy-enforcer'] as const;
/** The programs of the embedded servers. */
export const PROGRAM_NAMES = ['temporal', ...CONTROL_PLANE_PROGRAMS, ...SIMULATION_PROGRAMS, ...NODE_PROGRAMS] as const;

export type ProgramName = (typeof PROGRAM_NAMES)[number];

/** The path of each program. */
export type Programs = Readonly<Record<ProgramName, string>>;

/** The paths of the control plane's programs. */
export type ControlPlanePrograms = Pick<Programs, (typeof CONTROL_PLANE_PROGRAMS)[number]>;
/** The paths of a real node's programs. */
export type NodePrograms = Pick<Programs, (typeof NODE_PROGRAMS)[number]>;

/** The version that is installed where none that fits is found; tools/ pins the same ones, as a test checks. */
export const PINNED_VERSIONS: Programs = {
  temporal: '1.9.1',
  etcd: '3.6.16',
  'kube-apiserver': '1.36.3',
  'kube-controller-manager': '1.36.3',
  'kube-scheduler': '1.36.3',
  kwok: '0.8.0',
  kubelet: '1.36.3',
  'kube-proxy': '1.36.3',
  // With the plugins that its main names.
  coredns: `1.15.0+${sourceVersion('coredns')}`,
  'policy-enforcer': sourceVersion('enforcer'),
};

/**
 * Whether a version that was found serves as well as the pinned one: the same minor version, and for Temporal's CLI,
 * which keeps its promises over minors, the same major and at least the pinned one.
 */
export function versionFits(program: ProgramName, version: string): boolean {
  const found = numbers(version);
  const pinned = numbers(PINNED_VERSIONS[program]);
  if (program === 'temporal') return found[0] === pinned[0] && compare(found, pinned) >= 0;
  return found[0] === pinned[0] && found[1] === pinned[1];
}

/** Whether a Go toolchain can build the pinned modules. */
export function goFits(version: string): boolean {
  return compare(numbers(version), [1, 26, 0]) >= 0;
}

/** The first dotted version in what a program prints, without its `v`; undefined when there is none. */
export function findVersion(output: string): string | undefined {
  return /\d+\.\d+(?:\.\d+)?/.exec(output)?.[0];
}

function numbers(version: string): number[] {
  return version.split('.').map(Number);
}

function compare(left: readonly number[], right: readonly number[]): number {
  for (let place = 0; place < Math.max(left.length, right.length); place++) {
    const difference = (left[place] ?? 0) - (right[place] ?? 0);
    if (difference !== 0) return difference;
  }
  return 0;
}
