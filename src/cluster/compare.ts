import type { KubernetesObject, V1Namespace } from '@kubernetes/client-node';
import type { Change } from './client.ts';
import { firstDifference } from './difference.ts';
import type { DesiredObject } from './objects/desired.ts';
import { namespaceObject } from './objects/namespace.ts';

/** Of these one more than desired would open what the others close: they add up. */
export const ADDITIVE = new Set(['NetworkPolicy', 'RoleBinding']);
/** To these the apiserver adds nothing of its own, so that whatever else they hold was changed by somebody. */
const EXACT = new Set(['NetworkPolicy', 'RoleBinding', 'ResourceQuota', 'LimitRange', 'ConfigMap']);

/** An object that is missing, different, or too much. */
export interface Fault {
  kind: string;
  name: string;
  /** Such as `is missing`. */
  fault: string;
  /** As it should be; `undefined` where it should not be. */
  desired?: DesiredObject;
  /** As it is; `undefined` where it is not. */
  live?: KubernetesObject;
}

/** What of one kind is missing, different, or too much. */
export function kindFaults(kind: string, desired: DesiredObject[], live: readonly KubernetesObject[]): Fault[] {
  const liveByName = new Map(live.map((object) => [object.metadata?.name ?? '', object]));
  const faults = desired.flatMap((object): Fault[] => {
    const { name } = object.metadata;
    const actual = liveByName.get(name);
    liveByName.delete(name);
    if (actual === undefined) return [{ kind, name, fault: 'is missing', desired: object }];
    const difference = differenceOf(kind, object, actual);
    return difference === undefined
      ? []
      : [{ kind, name, fault: `differs in ${difference}`, desired: object, live: actual }];
  });
  if (!ADDITIVE.has(kind)) return faults;
  return [...faults, ...[...liveByName].map(([name, live]) => ({ kind, name, fault: 'was not asked for', live }))];
}

export function faultText({ kind, name, fault }: Fault): string {
  return `${kind} ${name} ${fault}`;
}

/** How the labels of an environment's namespace differ from what they should be; `undefined` where they do not. */
export function labelFault({ metadata = {} }: V1Namespace): string | undefined {
  const difference = firstDifference(namespaceObject(metadata.name ?? '').metadata?.labels, metadata.labels);
  return difference === undefined ? undefined : `differs in label ${difference}`;
}

/**
 * What makes an object what is desired, as a merge patch: all that is desired, and nothing else in what the apiserver
 * adds nothing to.
 */
export function correctionOf(
  { kind, apiVersion, metadata, ...content }: DesiredObject,
  live: KubernetesObject,
): Change {
  const { labels = {}, name, namespace }: DesiredObject['metadata'] & { labels?: Record<string, string> } = metadata;
  const correction = EXACT.has(kind) ? withoutOthers(content, contentOf(live)) : content;
  return { apiVersion, kind, metadata: { name, namespace, labels }, ...(correction as object) };
}

function differenceOf(kind: string, desired: DesiredObject, actual: KubernetesObject): string | undefined {
  const [wanted, found] = [contentOf(desired), contentOf(actual)];
  const difference = firstDifference(wanted, found) ?? (EXACT.has(kind) ? firstDifference(found, wanted) : undefined);
  if (difference !== undefined) return difference;
  // By its labels it is known as Berth's: to those who watch, to developers, and to the rules that keep them off.
  const { metadata = {} }: KubernetesObject = desired;
  return firstDifference(metadata.labels, actual.metadata?.labels, 'metadata.labels');
}

/** What an object says, apart from what it is called and how it fares. */
function contentOf(object: KubernetesObject & { status?: unknown }): object {
  const { apiVersion: _, kind: __, metadata: ___, status: ____, ...content } = object;
  return content;
}

/** A merge patch takes away what it says is null. */
function withoutOthers(wanted: unknown, found: unknown): unknown {
  if (!isObject(wanted) || !isObject(found)) return wanted;
  const others = Object.keys(found).filter((key) => found[key] !== undefined && !(key in wanted));
  const kept = Object.entries(wanted).map(([key, value]) => [key, withoutOthers(value, found[key])]);
  return Object.fromEntries([...kept, ...others.map((key) => [key, null])]);
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
