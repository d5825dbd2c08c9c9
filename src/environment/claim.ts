import { lifetimeFault } from './lifetime.ts';
import { replaceAt } from './pointer.ts';
import type { Specification } from './request.ts';
import { isPrepared } from './slot.ts';

/**
 * What a warm slot is once it is claimed: all of the slot's own, also where its template has changed meanwhile, with the
 * identity, the lifetime and the late parameters that are wanted. What is prepared by name is as whoever prepared it had it,
 * for a start that names nothing.
 *
 * @returns `undefined` where the slot is not what is wanted
 */
export function claimedAs(slot: Specification, wanted: Specification): Specification | undefined {
  const { dev_id, project, ttl } = wanted;
  if (wanted.isOpen && isPrepared(slot)) return { ...slot, dev_id, project };
  if (slot.template.name !== wanted.template.name) return undefined;
  if (lifetimeFault(ttl, slot.recipe.lifetime) !== undefined) return undefined;
  const late = slot.late ?? {};
  const names = Object.keys({ ...slot.parameters, ...wanted.parameters });
  if (!names.every((name) => isMet(name, slot, wanted, Object.hasOwn(late, name)))) return undefined;

  const [parameters, recipe] = [{ ...slot.parameters }, structuredClone(slot.recipe)];
  for (const [name, places] of Object.entries(late)) {
    const value = wanted.parameters[name];
    if (value === undefined || !places.every((place) => replaceAt(recipe, place, value))) return undefined;
    parameters[name] = value;
  }
  return { ...slot, dev_id, project, ttl, parameters, recipe };
}

/** Whether the slot can have a parameter as it is wanted: `2` and `"2"` are the same amount. */
function isMet(name: string, slot: Specification, wanted: Specification, late: boolean): boolean {
  const inBoth = [slot, wanted].every(({ parameters }) => Object.hasOwn(parameters, name));
  return inBoth && (late || String(slot.parameters[name]) === String(wanted.parameters[name]));
}
