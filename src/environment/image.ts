import type { Recipe } from './recipe.ts';

/**
 * The images that an installation has in place of those that templates name: by a whole name, with tag or digest, or by a
 * repository, which stands for all of its images.
 */
export type OwnImages = Readonly<Record<string, string>>;

/** The recipe as this installation runs it. */
export function withOwnImages(recipe: Recipe, own: OwnImages): Recipe {
  const pods = Object.entries(recipe.workload.pods).map(([name, pod]) => [
    name,
    { ...pod, image: imageFor(pod.image, own) },
  ]);
  return { ...recipe, workload: { ...recipe.workload, pods: Object.fromEntries(pods) } };
}

function imageFor(named: string, own: OwnImages): string {
  const known = [named, repositoryOf(named)].find((name) => Object.hasOwn(own, name));
  return (known !== undefined && own[known]) || named;
}

/** An image's name without tag and digest; a colon before the last slash is a port's. */
function repositoryOf(image: string): string {
  return image.replace(/@.*$/, '').replace(/:[^/:]*$/, '');
}
