import type { V2HorizontalPodAutoscaler } from '@kubernetes/client-node';
import type { Scaler } from '../../activities/scaling.ts';
import type { Fleet, Occupied, ServerKind } from '../../capacity/servers/observed.ts';
import type { Cluster, Named } from '../../cluster/client.ts';

const AUTOSCALER = { apiVersion: 'autoscaling/v2', kind: 'HorizontalPodAutoscaler' };

/** The Deployments that servers run in, by their kinds. */
export type DeploymentNames = Readonly<Partial<Record<ServerKind, Named>>>;

/** How it is told what servers of a kind have in hand. */
export type OccupiedBy = Readonly<Record<ServerKind, (signal: AbortSignal) => Promise<Occupied>>>;

/** Servers that are the pods of Deployments, which are scaled by their subresource, and else left as they are. */
export class Deployments implements Scaler {
  readonly kinds: readonly ServerKind[];
  readonly #cluster: Cluster;
  readonly #names: DeploymentNames;
  readonly #occupiedBy: OccupiedBy;

  constructor(cluster: Cluster, names: DeploymentNames, occupiedBy: OccupiedBy) {
    this.kinds = (['workers', 'api'] as const).filter((kind) => names[kind] !== undefined);
    this.#cluster = cluster;
    this.#names = names;
    this.#occupiedBy = occupiedBy;
  }

  async fleet(kind: ServerKind, signal: AbortSignal): Promise<Fleet> {
    const name = this.#nameOf(kind);
    const [{ replicas }, autoscaler] = await Promise.all([
      this.#cluster.readScale(name, signal),
      this.#autoscalerOf(name, signal),
    ]);
    return { running: replicas, ...(autoscaler !== undefined && { autoscaler }) };
  }

  occupied(kind: ServerKind, signal: AbortSignal): Promise<Occupied> {
    return this.#occupiedBy[kind](signal);
  }

  async scale(kind: ServerKind, from: number, to: number, signal: AbortSignal): Promise<void> {
    const name = this.#nameOf(kind);
    const { replicas, resourceVersion } = await this.#cluster.readScale(name, signal);
    if (replicas === to) return;
    const whole = `${name.namespace}/${name.name}`;
    if (replicas !== from) throw new Error(`the Deployment ${whole} was scaled to ${replicas} by others meanwhile.`);
    // It may have come since.
    const autoscaler = await this.#autoscalerOf(name, signal);
    if (autoscaler !== undefined) throw new Error(`${autoscaler} scales the Deployment ${whole} by now.`);
    await this.#cluster.writeScale(name, { replicas: to, resourceVersion }, signal);
  }

  /** KEDA, too, makes one for each Deployment that it scales. */
  async #autoscalerOf({ namespace, name }: Named, signal: AbortSignal): Promise<string | undefined> {
    const all = await this.#cluster.list<V2HorizontalPodAutoscaler>(AUTOSCALER, namespace, { signal });
    const its = all.find(({ spec }) => {
      const { kind, name: target, apiVersion = '' } = spec?.scaleTargetRef ?? {};
      return kind === 'Deployment' && target === name && apiVersion.startsWith('apps/');
    });
    return its && `the HorizontalPodAutoscaler ${namespace}/${its.metadata?.name}`;
  }

  #nameOf(kind: ServerKind): Named {
    const name = this.#names[kind];
    if (name === undefined) throw new Error(`No Deployment of ${kind} is configured.`);
    return name;
  }
}
