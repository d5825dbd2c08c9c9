import type { Namespace } from '../../environment/life.ts';
import { conclude, type Proof, unproven } from '../../environment/proof.ts';
import { type Check, checksOf, type Endpoint } from '../../environment/proof-checks.ts';
import type { Specification } from '../../environment/request.ts';
import type { Cluster } from '../client.ts';
import { mustBeOwn } from '../own-namespace.ts';
import { simulatedNodes } from '../readiness.ts';
import { clusterApiAddresses } from './cluster-api.ts';
import { Crew, type Wait } from './crew.ts';
import { ensureNeighbour } from './neighbour.ts';
import { findingOf, type Probe, planOf, probesOf } from './plan.ts';

/** What proofs are made with. */
export interface ProofOptions {
  /** An image with Python 3, which nodes can get. */
  readonly image: string;
  /** What answers outside of the cluster, to be reached by no environment that is not allowed to. */
  readonly outside?: Endpoint | undefined;
}

/** By what and until when a proof is made. */
export interface ProofContext extends ProofOptions {
  readonly cluster: Cluster;
  readonly ownershipKey: Buffer;
  readonly wait: Wait;
  readonly signal?: AbortSignal;
}

/**
 * Shows with packets what the cluster lets through: to the environment and out of it, beside a neighbour whom nothing is
 * forbidden. Pods are all that it makes, and it removes them; called again, it begins with those of a try that broke off.
 *
 * @throws ClusterError where it could not be tried
 */
export async function verifyIsolation(
  context: ProofContext,
  specification: Specification,
  environment: Namespace,
): Promise<Proof> {
  const { cluster, ownershipKey, outside, image, wait, signal } = context;
  await mustBeOwn(cluster, ownershipKey, environment, specification, signal);
  const neighbour = await ensureNeighbour(cluster, ownershipKey, signal);
  const crew = new Crew(cluster, { image, environment }, neighbour, wait, signal);
  try {
    await crew.leave();
    const proof = await prove(checksOf(specification.recipe.guards, outside));
    await crew.leave();
    return proof;
  } catch (error) {
    // A cancelled try has a moment left. What it does not get done, the next one does, or the end of the environment.
    await crew.dismiss().catch(() => undefined);
    throw error;
  }

  async function prove(checks: Check[]): Promise<Proof> {
    const listeners = await Promise.all([crew.listener(environment.name), crew.listener(neighbour.name)]);
    const simulated = await simulatedNodes(cluster, listeners, signal);
    if (simulated.length > 0) return nothingProved(checks, simulated);
    const [own = [], others = []] = listeners.map(({ status }) => status?.podIPs?.flatMap(({ ip }) => ip ?? []));
    const clusterApi = await clusterApiAddresses(cluster, signal);
    const plan = planOf(checks, { environment: own, neighbour: others, clusterApi });
    const answered = await Promise.all([
      crew.answered(environment.name, probesOf(plan, 'environment')),
      crew.answered(neighbour.name, probesOf(plan, 'neighbour')),
    ]);
    const all = new Set<Probe>(answered.flat());
    return conclude(
      plan.map((planned) => findingOf(planned, all)),
      new Date(),
    );
  }
}

function nothingProved(checks: Check[], nodes: string[]): Proof {
  const why = `on the simulated node ${nodes.join(', ')} no container runs, so that no packet is sent`;
  return conclude(
    checks.map(({ name, expected }) => unproven(name, expected, why)),
    new Date(),
  );
}
