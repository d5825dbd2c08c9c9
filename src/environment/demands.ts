import type { Specification } from './request.ts';

/** Whether an environment has anything but its guards. */
export function hasWorkload({ recipe: { workload } }: Pick<Specification, 'recipe'>): boolean {
  return Object.values(workload).some((kind) => Object.keys(kind).length > 0);
}

/** Whether an environment is handed over only once packets have shown that it is isolated. */
export function demandsProof({ recipe }: Pick<Specification, 'recipe'>): boolean {
  return recipe.guards.proof === 'required';
}
