import { readConfiguration } from '../worker/configuration.ts';
import { readKubeConfig } from '../worker/kube-config.ts';
import type { Command } from './command.ts';
import { serve } from './serve.ts';

const usage = `Usage: berth worker

Runs a worker here: it does what the API has accepted, and has access to the cluster. Any number of them may run, on any
machines; they share the work, and need nothing of each other. One that is told to end (SIGTERM, Ctrl-C) hands on what it
does. Its environment variables say where and how:

  BERTH_TEMPORAL_ADDRESS     host and port of Temporal, such as 127.0.0.1:7233 (needed)
  BERTH_TEMPORAL_NAMESPACE   the namespace in Temporal (default: default)
  BERTH_OWNERSHIP_KEY_FILE   a file with 64 hexadecimal digits, the same for all workers (needed)
  BERTH_TEMPLATES_DIR        the directory of the templates (needed)
  BERTH_IMAGES_FILE          images of your own in place of those that templates name
  KUBECONFIG                 how the cluster is reached; in a pod, its account serves
  BERTH_CONTEXT              the context of the kubeconfig (default: the current one)
  BERTH_CLUSTER_SERVER       the apiserver's URL as developers reach it, where that is another one
  BERTH_CLUSTER_CA_FILE      the certificates that they trust it by, PEM
  BERTH_POOLS                environments to be kept ready, such as node=5,default=2
  BERTH_SWEEP_EVERY          how often namespaces and workflows are compared; or never (default: 5m)
  BERTH_SWEEP_GRACE          how long past its deadline what was never ready is left (default: 10m)
  BERTH_CANARY_EVERY         how often isolation is proved, such as 15m (default: never)
  BERTH_PROBE_IMAGE          an image with Python 3 that proofs are sent from
  BERTH_PROBE_OUTSIDE        an address outside of the cluster that answers, such as 203.0.113.10:443
  BERTH_METRICS_LISTEN       where metrics are served for Prometheus, such as 0.0.0.0:9464
  BERTH_LOG_LEVEL            trace, debug, info, warn, error or silent (default: info)
  BERTH_SCALE                deployments, where plans of capacity scale those below (default: nothing)
  BERTH_WORKER_DEPLOYMENT    the Deployment of the workers, such as berth-system/berth-worker
  BERTH_API_DEPLOYMENT       that of the API servers
  BERTH_API_SERVERS          a URL whose host has all their addresses, such as http://berth-api-each:7070
`;

const part = {
  name: 'worker',
  async configure(variables: NodeJS.ProcessEnv): Promise<void> {
    const { context } = await readConfiguration(variables);
    readKubeConfig(context);
  },
  run: () => import('../worker/main.ts'),
};

export const worker: Command = { usage, run: (args) => serve(part, args) };
