import { installPrograms } from '../install/install.ts';
import type { InstallOptions } from '../install/options.ts';
import { NODE_PROGRAMS, SIMULATION_PROGRAMS } from '../install/programs.ts';
import { UserError } from '../user-error.ts';
import { chooseNode } from './choice.ts';
import { image } from './images/image.ts';
import { coredns, pause, workspace } from './images/recipes.ts';
import type { NodeKind, RealNode, SimulatedNode } from './kind.ts';
import { observeMachine } from './machine.ts';
import { installPackages } from './packages.ts';

/** What was asked about the node. */
export interface NodeRequest {
  /** A simulated one, even where a real one could run. */
  readonly simulated: boolean;
  /** A real one that ignores network policies. */
  readonly unenforced: boolean;
}

/**
 * Installs the node that this machine gets: a real one where it can run.
 *
 * @throws {@link UserError} that says what could not be installed or be had, and why
 */
export async function installNode({ simulated, unenforced }: NodeRequest, options: InstallOptions): Promise<NodeKind> {
  const choice = chooseNode(await observeMachine(), simulated);
  if (choice.kind === 'real') return await install(choice.packagesToInstall, !unenforced, options);
  if (unenforced) throw new UserError(`There can be no real node here, which --unenforced is about: ${choice.reason}`);
  options.progress.say(`The node is simulated. ${choice.reason}`);
  return await simulatedNode(options);
}

/**
 * Installs a real node.
 *
 * @param enforcesPolicies - whether it does what network policies say
 * @throws {@link UserError} that says why there can be none
 */
export async function realNode(options: InstallOptions, enforcesPolicies = true): Promise<RealNode> {
  const choice = chooseNode(await observeMachine(), false);
  if (choice.kind === 'simulated') throw new UserError(`There can be no real node here. ${choice.reason}`);
  return await install(choice.packagesToInstall, enforcesPolicies, options);
}

/** Installs what simulates a node. */
export async function simulatedNode(options: InstallOptions): Promise<SimulatedNode> {
  return { kind: 'simulated', ...(await installPrograms(options, SIMULATION_PROGRAMS)) };
}

/** Debian packages go into the system, programs and images into the cache. */
async function install(
  packages: readonly string[],
  enforcesPolicies: boolean,
  options: InstallOptions,
): Promise<RealNode> {
  await installPackages(packages, options);
  const programs = await installPrograms(options, NODE_PROGRAMS);
  const images = {
    pause: await image(pause(options), options),
    coredns: await image(coredns(programs.coredns), options),
    workspace: await image(workspace(options), options),
  };
  return { kind: 'real', programs, images, enforcesPolicies };
}
