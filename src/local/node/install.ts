import { installPrograms } from '../install/install.ts';
import type { InstallOptions } from '../install/options.ts';
import { NODE_PROGRAMS } from '../install/programs.ts';
import type { NodeChoice } from './choice.ts';
import { image } from './images/image.ts';
import { coredns, pause, workspace } from './images/recipes.ts';
import { installPackages } from './packages.ts';
import type { NodeParts } from './start.ts';

/**
 * Installs what a real node is made of: Debian packages into the system, programs and images into the cache.
 *
 * @throws {@link UserError} that says what could not be installed, and why
 */
export async function installNode(
  { packagesToInstall }: NodeChoice & { readonly kind: 'real' },
  options: InstallOptions,
): Promise<Pick<NodeParts, 'programs' | 'images'>> {
  await installPackages(packagesToInstall, options);
  const programs = await installPrograms(options, NODE_PROGRAMS);
  return {
    programs,
    images: {
      pause: await image(pause(), options),
      coredns: await image(coredns(programs.coredns), options),
      workspace: await image(workspace(options), options),
    },
  };
}
