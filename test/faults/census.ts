import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Client } from '@temporalio/client';
import { expect, vi } from 'vitest';
import { ANNOTATION } from '../../src/cluster/ownership.ts';
import type { Environment } from '../../src/environment/environment.ts';
import { volumePathsIn } from '../../src/local/control-plane/volumes.ts';
import { processesOf } from '../local/start-command.ts';
import { type AnyObject, ClusterContents } from './cluster-contents.ts';
import { lifeName, recordedLives } from './recorded-lives.ts';

/** Temporal's lists lag a moment behind, and a busy machine another. */
const SETTLING_MS = 15_000;

/** What a census is taken of: others may use the same servers at the same time. */
export interface Scope {
  /** What the names of the developers begin with, and what nobody else's do. */
  readonly developers: string;
  /** A client for the Temporal namespace. */
  readonly temporal: Client;
  /** Whether others use that namespace too: what is nobody's is theirs then. */
  readonly isShared?: boolean;
  readonly adminKubeconfig: string;
  /** Where an embedded control plane keeps its state, which names every volume's directory that there ever was. */
  readonly etcdDirectory?: string;
  /** Processes count that mention this directory in their arguments or environment. */
  readonly processesOf?: string;
  /** All that is in these directories counts. */
  readonly temporaryDirectories?: readonly string[];
  /** The starts that were accepted, as they were answered; those of other developers do not count. */
  readonly accepted: readonly Environment[];
}

/** What is left over where all is well. */
export const NOTHING = {
  namespaces: [] as string[],
  volumes: [] as string[],
  volumeDirectories: [] as string[],
  clusterObjects: [] as string[],
  openRuns: [] as string[],
  processes: [] as string[],
  temporaryFiles: [] as string[],
};

/** What is left over, by name, and what became of the work that was accepted. */
export interface Census {
  readonly left: typeof NOTHING;
  /** The accepted lives, each once. */
  readonly accepted: string[];
  /** The lives that came to their end: ready, or over with nothing to be undone any more. */
  readonly completed: string[];
}

/** Counts what is left over. What is on its way out, such as a namespace that is being deleted, is still there. */
export async function census(scope: Scope): Promise<Census> {
  // Before the volumes: a directory is made before its volume, and removed before it.
  const directories = volumeDirectories(scope.etcdDirectory);
  const [objects, { openRuns, completed }] = await Promise.all([
    new ClusterContents(scope.adminKubeconfig).clusterScoped(),
    recordedLives(scope.temporal, scope.developers, scope.isShared),
  ]);
  const ofKind = (kind: string) => objects.filter((object) => object.kind === kind);
  const inUse = new Set(ofKind('PersistentVolume').map(({ spec }) => (spec as VolumeSpec).hostPath?.path));
  const left = {
    namespaces: ofKind('Namespace')
      .filter((namespace) => isNamespaceOf(scope, namespace))
      .map(nameOf),
    volumes: ofKind('PersistentVolume')
      .filter((volume) => isVolumeOf(scope, volume))
      .map(nameOf),
    volumeDirectories: directories.filter((directory) => !inUse.has(directory) && existsSync(directory)),
    clusterObjects: objects
      .filter((object) => isOtherObjectOf(scope, object))
      .map((object) => `${object.kind} ${nameOf(object)}`),
    openRuns,
    processes: scope.processesOf === undefined ? [] : commandsOf(scope.processesOf),
    temporaryFiles: (scope.temporaryDirectories ?? []).flatMap(entriesOf),
  };
  const accepted = scope.accepted.filter(({ dev_id }) => dev_id.startsWith(scope.developers)).map(lifeName);
  return { left, accepted: [...new Set(accepted)].sort(), completed };
}

/** All that is left over, by name. */
export function leftovers({ left }: Census): string[] {
  return Object.values(left).flat();
}

/**
 * Asserts that nothing is left over and that all that was accepted came to its end, as soon as the lists show it.
 * @param tell is told each census that is taken
 */
export async function expectNothingLeft(scope: Scope, tell?: (census: Census) => void): Promise<void> {
  await vi.waitFor(
    async () => {
      const taken = await census(scope);
      tell?.(taken);
      const { left, accepted, completed } = taken;
      expect({ left, completed }).toEqual({ left: NOTHING, completed: accepted });
    },
    { timeout: SETTLING_MS, interval: 500 },
  );
}

interface VolumeSpec {
  claimRef?: { namespace?: string };
  hostPath?: { path: string };
}

/** By its annotation, or by its name: the name shows it even where the annotations have been lost. */
function isNamespaceOf({ developers }: Scope, { metadata }: AnyObject): boolean {
  const developer = metadata?.annotations?.[ANNOTATION.developer];
  return developer?.startsWith(developers) === true || isNameOf(developers, metadata?.name);
}

function isVolumeOf({ developers }: Scope, { spec }: AnyObject): boolean {
  return isNameOf(developers, (spec as VolumeSpec).claimRef?.namespace);
}

function isOtherObjectOf({ developers }: Scope, { kind, metadata }: AnyObject): boolean {
  const isManaged = metadata?.labels?.['app.kubernetes.io/managed-by'] === 'berth';
  return isManaged && kind !== 'Namespace' && JSON.stringify(metadata).includes(developers);
}

function isNameOf(developers: string, namespace = ''): boolean {
  return namespace.startsWith(`dev-${developers}`);
}

function nameOf({ metadata }: AnyObject): string {
  const isLeaving = metadata?.deletionTimestamp !== undefined;
  return `${metadata?.name}${isLeaving ? ' (being deleted)' : ''}`;
}

function commandsOf(directory: string): string[] {
  return [...processesOf(directory)].map(([pid, command]) => `${pid} ${command}`);
}

/** The directories on this machine that were ever made for a volume of this control plane. */
function volumeDirectories(etcdDirectory: string | undefined): string[] {
  if (etcdDirectory === undefined) return [];
  const files = readdirSync(etcdDirectory, { recursive: true, withFileTypes: true }).filter((entry) => entry.isFile());
  const paths = files.flatMap(({ parentPath, name }) => volumePathsIn(readFileSync(join(parentPath, name))));
  return [...new Set(paths)].filter((path) => existsSync(path)).sort();
}

/** Without the compiler of workflows, which unpacks itself there once for all processes of a user. */
function entriesOf(directory: string): string[] {
  const entries = readdirSync(directory).filter((entry) => !entry.startsWith('swc-native-'));
  return entries.map((entry) => join(directory, entry));
}
