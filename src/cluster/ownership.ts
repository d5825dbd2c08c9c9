import { createHmac, timingSafeEqual } from 'node:crypto';
import type { V1Namespace } from '@kubernetes/client-node';
import type { Identity } from '../environment/identity.ts';
import type { Namespace } from '../environment/life.ts';
import type { Specification } from '../environment/request.ts';

export const ANNOTATION = {
  developer: 'berth.dev/developer',
  project: 'berth.dev/project',
  /** Written with the create: tells our own create, whose answer was lost, from somebody else's namespace. */
  nonce: 'berth.dev/nonce',
  /** Written once the uid is known: proves that workers with the key made this namespace. */
  mark: 'berth.dev/owner-mark',
  /** All that it takes to start the environment's workflow again. */
  specification: 'berth.dev/specification',
} as const;

/**
 * The mark of ownership: an HMAC over what the namespace is and whose. Labels and annotations can be copied;
 * nobody without the key can make the mark for another name or uid.
 */
export function ownerMark(key: Buffer, { name, uid }: Namespace, { dev_id, project }: Identity): string {
  return createHmac('sha256', key)
    .update(JSON.stringify([name, uid, dev_id, project]))
    .digest('hex');
}

/** Whether a namespace is the one of this environment and was made by workers with this key. */
export function isOurs(key: Buffer, namespace: V1Namespace, identity: Identity): boolean {
  const { name = '', uid = '', annotations = {} } = namespace.metadata ?? {};
  const actual = Buffer.from(annotations[ANNOTATION.mark] ?? '', 'hex');
  const expected = Buffer.from(ownerMark(key, { name, uid }, identity), 'hex');
  return actual.length === expected.length && timingSafeEqual(actual, expected);
}

/** The annotations that a namespace of this environment is created with. */
export function annotationsOf(specification: Specification, nonce: string): Record<string, string> {
  return {
    [ANNOTATION.developer]: specification.dev_id,
    [ANNOTATION.project]: specification.project,
    [ANNOTATION.nonce]: nonce,
    [ANNOTATION.specification]: JSON.stringify(specification),
  };
}
