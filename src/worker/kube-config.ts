import { type Cluster, KubeConfig } from '@kubernetes/client-node';

/** What the library makes up where it finds neither a kubeconfig nor a pod's account. */
const NOWHERE = 'http://localhost:8080';

/**
 * How the cluster is reached, found as every client finds it: by KUBECONFIG, or as the account of the pod that this runs in.
 *
 * @param context the context of the kubeconfig; without it, the current one
 * @throws Error that says what is missing
 */
export function readKubeConfig(context: string | undefined): { kubeConfig: KubeConfig; cluster: Cluster } {
  const kubeConfig = new KubeConfig();
  kubeConfig.loadFromDefault();
  if (context !== undefined) kubeConfig.setCurrentContext(context);
  const cluster = kubeConfig.getCurrentCluster();
  if (cluster === null && context !== undefined)
    throw new Error(`The kubeconfig has no context ${context}: set BERTH_CONTEXT to one that it has.`);
  if (cluster === null) throw new Error('The kubeconfig names no cluster: set its current-context, or BERTH_CONTEXT.');
  if (cluster.server === NOWHERE) throw new Error('No cluster is named: set KUBECONFIG to a kubeconfig.');
  return { kubeConfig, cluster };
}
