import { KubeConfig } from '@kubernetes/client-node';
import { UserError } from './user-error.ts';

/** A cluster of the user's. */
export interface ExistingCluster {
  readonly kubeConfig: KubeConfig;
  /** The file it was read from. */
  readonly file: string;
  /** The apiserver's URL. */
  readonly server: string;
}

/**
 * The cluster of a context of the user's kubeconfig.
 *
 * @throws {@link UserError} when there is no such file or context
 */
export function existingCluster(context: string, environment: NodeJS.ProcessEnv): ExistingCluster {
  const file = environment.KUBECONFIG || `${environment.HOME ?? ''}/.kube/config`;
  const kubeConfig = new KubeConfig();
  try {
    kubeConfig.loadFromFile(file);
  } catch {
    throw new UserError(
      `The kubeconfig ${file} cannot be read: set KUBECONFIG to the file that has context "${context}".`,
    );
  }
  const names = kubeConfig.getContexts().map(({ name }) => name);
  if (!names.includes(context)) {
    throw new UserError(`The kubeconfig ${file} has no context "${context}", only: ${names.join(', ') || 'none'}.`);
  }
  kubeConfig.setCurrentContext(context);
  const server = kubeConfig.getCurrentCluster()?.server;
  if (server === undefined) throw new UserError(`Context "${context}" in ${file} names no cluster: correct the file.`);
  return { kubeConfig, file, server };
}
