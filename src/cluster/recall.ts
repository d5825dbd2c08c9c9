import type { V1Namespace } from '@kubernetes/client-node';
import { z } from 'zod';
import { DURATION } from '../environment/duration.ts';
import { type Environment, STATES } from '../environment/environment.ts';
import type { Identity } from '../environment/identity.ts';
import type { Life, Namespace } from '../environment/life.ts';
import type { Specification } from '../environment/request.ts';
import { isLater } from '../environment/sleep.ts';
import { ANNOTATION, isOurs, wasBornOf } from './ownership.ts';

/** What a namespace of ours remembers of its environment: see docs/decisions/0008-a-namespace-remembers-its-environment.md. */
export interface Remembered {
  namespace: Namespace;
  specification: Specification;
  life: Life;
  /** As it was when it last became ready, fell asleep or was extended; `undefined` where it was never ready. */
  environment: Environment | undefined;
}

/** @returns `undefined` where the namespace does not bear our mark, is no environment's, or cannot be read any more */
export function recall(ownershipKey: Buffer, { metadata = {} }: V1Namespace): Remembered | undefined {
  const { name = '', uid = '', annotations = {} } = metadata;
  const identity = { dev_id: annotations[ANNOTATION.developer] ?? '', project: annotations[ANNOTATION.project] ?? '' };
  const { [ANNOTATION.specification]: specification, [ANNOTATION.life]: life } = annotations;
  if (specification === undefined || life === undefined) return undefined;
  const { [ANNOTATION.environment]: environment } = annotations;
  const read = readAs(identity, {
    specification: parsed(specification),
    life: parsed(life),
    ...(environment !== undefined && { environment: parsed(environment) }),
  });
  // Spoilt by somebody: whatever it says, it must not pass for one that was never ready.
  if (read === undefined) return undefined;
  const isMarked = isOurs(ownershipKey, { metadata }, identity);
  // Its worker may have ended between the create and the mark: nobody was given that either.
  const isHalfMarked = annotations[ANNOTATION.ownerMark] === undefined && environment === undefined;
  if (!isMarked && !(isHalfMarked && wasBornOf(ownershipKey, { metadata }, read.life, identity))) return undefined;
  return { namespace: { name, uid }, ...read, environment: read.environment };
}

/** What a namespace remembers of its environment, where that is of a later moment than what is known; else `undefined`. */
export function recallLater(ownershipKey: Buffer, live: V1Namespace, known: Environment): Environment | undefined {
  const { environment } = recall(ownershipKey, live) ?? {};
  return environment !== undefined && isLater(environment, known) ? environment : undefined;
}

type Read = Pick<Remembered, 'specification' | 'life'> & { environment?: Environment };

const whose = { dev_id: z.string(), project: z.string(), template: z.looseObject({ name: z.string() }) };
/** As far as it takes to go on with it; what else is in there is as the worker has written it. */
const readable = z.object({
  specification: z.looseObject({ ...whose, recipe: z.looseObject({ deadline: z.string().regex(DURATION) }) }),
  life: z.object({ run: z.string().min(1), nonce: z.string().min(1) }),
  environment: z.looseObject({ ...whose, state: z.enum(STATES) }).optional(),
});

/** @returns `undefined` where it cannot be read, or is of somebody else's environment */
function readAs(identity: Identity, annotations: Record<string, unknown>): Read | undefined {
  const { data } = readable.safeParse(annotations);
  const isTheirs = [data?.specification, data?.environment].every(
    (one) => one === undefined || (one.dev_id === identity.dev_id && one.project === identity.project),
  );
  return isTheirs ? (data as Read | undefined) : undefined;
}

/** What a text in JSON says; `null` where it is none. */
export function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}
