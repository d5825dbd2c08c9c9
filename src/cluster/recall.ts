import type { V1Namespace } from '@kubernetes/client-node';
import type { Environment } from '../environment/environment.ts';
import type { Life, Namespace } from '../environment/life.ts';
import type { Specification } from '../environment/request.ts';
import { ANNOTATION, isOurs } from './ownership.ts';

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
  if (specification === undefined || life === undefined || !isOurs(ownershipKey, { metadata }, identity))
    return undefined;
  try {
    return {
      namespace: { name, uid },
      specification: JSON.parse(specification),
      life: JSON.parse(life),
      environment: JSON.parse(annotations[ANNOTATION.environment] ?? 'null') ?? undefined,
    };
  } catch {
    // Spoilt by somebody: whatever it says, it must not pass for one that was never ready.
    return undefined;
  }
}
