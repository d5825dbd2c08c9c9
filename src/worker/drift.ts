import type { KubeConfig } from '@kubernetes/client-node';
import { type Client, isGrpcServiceError } from '@temporalio/client';
import type { Runtime } from '@temporalio/worker';
import type { Cluster } from '../cluster/client.ts';
import { DriftWatcher } from '../cluster/drift/watcher.ts';
import { workflowId } from '../environment/identity.ts';
import { checkSignal } from '../workflows/messages.ts';

const GRPC_NOT_FOUND = 5;
const RESTARTS = 'How often watches of the cluster were taken up again, by kind.';

/** Has environments look at themselves that seem to differ from what they should be. All workers may do so at once. */
export function watchDrift(
  kubeConfig: KubeConfig,
  cluster: Cluster,
  ownershipKey: Buffer,
  { workflowService, options }: Client,
  { metricMeter, logger }: Pick<Runtime, 'metricMeter' | 'logger'>,
): DriftWatcher {
  const restarts = metricMeter.createCounter('berth_watch_restarts', '', RESTARTS);
  const watcher = new DriftWatcher(kubeConfig, cluster, ownershipKey, {
    onRestart: (kind) => restarts.add(1, { kind }),
    onFailure: (kind, { message: reason }) => logger.warn('A watch fails, and is tried again.', { kind, reason }),
    async tell(environment, token) {
      try {
        await workflowService.signalWorkflowExecution({
          namespace: options.namespace,
          workflowExecution: { workflowId: workflowId(environment) },
          signalName: checkSignal.name,
          // What several workers see of one change is one message.
          requestId: `check-${token}`,
          identity: options.identity,
        });
      } catch (error) {
        // It has ended, or Temporal has lost it: neither is for a watcher to mend.
        if (!(isGrpcServiceError(error) && error.code === GRPC_NOT_FOUND)) throw error;
      }
    },
  });
  watcher.start();
  return watcher;
}
