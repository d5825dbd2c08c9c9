import { type ConfigurationOptions, CoreV1Api, KubeConfig, Observable } from '@kubernetes/client-node';
import { classify } from '../../cluster/errors.ts';
import { waitUntil } from '../readiness.ts';

/** How the apiserver names the policy of deploy/kubernetes/admission-worker.yaml when it refuses something by it. */
const REFUSAL = "ValidatingAdmissionPolicy 'berth-worker'";
/** No environment's, and always there. */
const FOREIGN_NAMESPACE = 'berth-system';

const DEADLINE_MS = 10_000;

/** Gives up a call after 10 s: the library knows no time-out of its own. */
const withDeadline: ConfigurationOptions = {
  middlewareMergeStrategy: 'append',
  middleware: [
    {
      pre: (request) => {
        request.setSignal(AbortSignal.timeout(DEADLINE_MS));
        return new Observable(Promise.resolve(request));
      },
      post: (response) => new Observable(Promise.resolve(response)),
    },
  ],
};

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
