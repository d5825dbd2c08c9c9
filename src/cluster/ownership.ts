import { createHmac, timingSafeEqual } from 'node:crypto';
import type { V1Namespace } from '@kubernetes/client-node';
import type { Identity } from '../environment/identity.ts';
import type { Life, Namespace } from '../environment/life.ts';

export const ANNOTATION = {
  developer: 'berth.dev/developer',
  project: 'berth.dev/project',
  /** Written with the create: tells our own create, whose answer was lost, from somebody else's namespace. */
  birthMark: 'berth.dev/birth-mark',
  /** Written once the uid is known: proves that workers with the key made this namespace. */
  ownerMark: 'berth.dev/owner-mark',
  /** All that it takes to start the environment's workflow again. */
  specification: 'berth.dev/specification',
  /** Which life of the environment made the namespace. */
  life: 'berth.dev/life',
  /** The environment as it was when it last became ready, fell asleep or was extended. Only what was ever ready has it. */
  environment: 'berth.dev/environment',
  /** When its end was begun. What goes on with its environment takes it away. RFC 3339 */
  ended: 'berth.dev/ended',
  /** On slots: what packets have shown of them, where their template demands it. */
  proof: 'berth.dev/proof',
  /** On what waits for pods: when it was told last to try again. */
  nudged: 'berth.dev/nudged-at',
} as const;

/**
 * The mark of ownership: an HMAC over what the namespace is and whose. Labels and annotations can be copied;
 * nobody without the key can make the mark for another name or uid.
 */
export function ownerMark(key: Buffer, { name, uid }: Namespace, { dev_id, project }: Identity): string {
  return hmac(key, ['owner', name, uid, dev_id, project]);
}

/**
 * The mark that a namespace is created with, before it has a uid: an HMAC over its name and the life's nonce. Copied to
 * a namespace of another name it proves nothing.
 */
export function birthMark(key: Buffer, name: string, { nonce }: Life, { dev_id, project }: Identity): string {
  return hmac(key, ['birth', name, nonce, dev_id, project]);
}

/** Whether a namespace was created by this life. */
export function wasBornOf(key: Buffer, namespace: V1Namespace, life: Life, identity: Identity): boolean {
  const { name = '', annotations = {} } = namespace.metadata ?? {};
  return sameMark(annotations[ANNOTATION.birthMark], birthMark(key, name, life, identity));
}

/** Whether a namespace is the one of this environment and was made by workers with this key. */
export function isOurs(key: Buffer, namespace: V1Namespace, identity: Identity): boolean {
  const { name = '', uid = '', annotations = {} } = namespace.metadata ?? {};
  return sameMark(annotations[ANNOTATION.ownerMark], ownerMark(key, { name, uid }, identity));
}

function hmac(key: Buffer, parts: string[]): string {
  return createHmac('sha256', key).update(JSON.stringify(parts)).digest('hex');
}

function sameMark(actual: string | undefined, expected: string): boolean {
  const [one, other] = [Buffer.from(actual ?? ''), Buffer.from(expected)];
  return one.length === other.length && timingSafeEqual(one, other);
}
