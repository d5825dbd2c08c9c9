import { CoreV1Api, KubeConfig } from '@kubernetes/client-node';
import { classify } from '../../cluster/errors.ts';
import { waitUntil } from '../readiness.ts';
import { withDeadline } from './deadline.ts';

/** How the apiserver names the policy of deploy/kubernetes/admission-worker.yaml when it refuses something by it. */
const REFUSAL = "ValidatingAdmissionPolicy 'berth-worker'";
/** No environment's, and always there. */
const FOREIGN_NAMESPACE = 'berth-system';

/**
 * Waits until the cluster keeps the worker out of what is not Berth's. The apiserver takes new policies up once a second,
 * all of them at once.
 *
 * @throws {@link UserError} where it does not within a minute
 */
export async function untilWorkerIsConfined(workerKubeconfig: string, signal: AbortSignal): Promise<void> {
  const kubeConfig = new KubeConfig();
  kubeConfig.loadFromFile(workerKubeconfig);
  const api = kubeConfig.makeApiClient(CoreV1Api);
  const attempt = { namespace: FOREIGN_NAMESPACE, body: { metadata: { name: 'attempt' } }, dryRun: 'All' };
  const isRefused = async (): Promise<boolean> => {
    try {
      await api.createNamespacedConfigMap(attempt, withDeadline);
      return false;
    } catch (error) {
      const refusal = classify(error);
      if (refusal.message.includes(REFUSAL)) return true;
      throw refusal;
    }
  };
  await waitUntil('the admission policy that confines the worker', isRefused, { signal });
}
