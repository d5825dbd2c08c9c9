import { installPrograms } from './install/install.ts';
import type { InstallOptions } from './install/options.ts';
import { CONTROL_PLANE_PROGRAMS, type ControlPlanePrograms } from './install/programs.ts';
import type { NodeKind } from './node/kind.ts';

/** Installs what the embedded Temporal is started from. */
export async function embeddedTemporal(options: InstallOptions): Promise<{ program: string }> {
  return { program: (await installPrograms(options, ['temporal'])).temporal };
}

/**
 * Installs what the embedded control plane and its node are started from.
 *
 * @param installNode - installs the node, once the programs are there
 */
export async function embeddedCluster(
  options: InstallOptions,
  installNode: (options: InstallOptions) => Promise<NodeKind>,
): Promise<{ programs: ControlPlanePrograms; node: NodeKind }> {
  const programs = await installPrograms(options, CONTROL_PLANE_PROGRAMS);
  return { programs, node: await installNode(options) };
}
