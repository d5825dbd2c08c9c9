import type { V1Pod } from '@kubernetes/client-node';
import type { Namespace } from '../../environment/life.ts';
import type { Cluster } from '../client.ts';
import { ClusterError } from '../errors.ts';
import { troubles } from '../readiness.ts';
import type { Probe } from './plan.ts';
import { listenerPod, type PodOptions, PROOF_LABEL, proberPod } from './pod.ts';

/** How long the neighbour may be full of other proofs before it is asked again, in milliseconds. */
const FULL_MS = 3000;

/** Waits a moment for what is named, or fails where it has taken too long. */
export type Wait = (waitsFor: string) => Promise<void>;

/** The pods of one proof, in the environment and in its neighbour. */
export class Crew {
  readonly #cluster: Cluster;
  readonly #options: Omit<PodOptions, 'namespace'>;
  readonly #neighbour: Namespace;
  readonly #wait: Wait;
  readonly #signal: AbortSignal | undefined;

  constructor(
    cluster: Cluster,
    options: Omit<PodOptions, 'namespace'>,
    neighbour: Namespace,
    wait: Wait,
    signal?: AbortSignal,
  ) {
    this.#cluster = cluster;
    this.#options = options;
    this.#neighbour = neighbour;
    this.#wait = wait;
    this.#signal = signal;
  }

  /** Starts a listener, and waits until it answers. @returns its pod */
  async listener(namespace: string): Promise<V1Pod> {
    const pod = listenerPod({ ...this.#options, namespace });
    await this.#create(pod);
    return await this.#until(
      pod,
      ({ status }) => status?.conditions?.some(({ type, status }) => type === 'Ready' && status === 'True') === true,
    );
  }

  /**
   * Tries everything, and waits for the outcome. @returns the probes that were answered
   * @throws ClusterError where the pod has no outcome to tell
   */
  async answered(namespace: string, probes: readonly Probe[]): Promise<Probe[]> {
    const pod = proberPod({ ...this.#options, namespace }, probes);
    await this.#create(pod);
    const ended = await this.#until(pod, ({ status }) => isOver(status?.phase));
    const message = lastWords(ended);
    if (ended.status?.phase === 'Failed' || message.length !== probes.length)
      throw new ClusterError(`The probe in ${namespace} failed: ${message}.`, { class: 'final' });
    return probes.filter((_, index) => message[index] === 'o');
  }

  /** Removes all pods of the proof, those of an earlier try as well. @returns how many were still there */
  async dismiss(signal?: AbortSignal): Promise<number> {
    const found = await Promise.all(
      [this.#options.environment, this.#neighbour].map(({ name }) => this.#own(name, signal)),
    );
    const pods = found.flat();
    await Promise.all(
      pods.map(({ metadata: { name = '', namespace = '', uid = '', deletionTimestamp } = {} }) =>
        deletionTimestamp === undefined
          ? this.#cluster.delete({ apiVersion: 'v1', kind: 'Pod', metadata: { name, namespace } }, uid, signal)
          : undefined,
      ),
    );
    return pods.length;
  }

  /** Removes all pods of the proof and waits until they are gone: what they took of a quota is free then. */
  async leave(): Promise<void> {
    while ((await this.dismiss(this.#signal)) > 0) await this.#wait('the pods of the proof are removed');
  }

  async #create(pod: V1Pod): Promise<void> {
    for (;;) {
      try {
        await this.#cluster.create(pod, this.#signal);
        return;
      } catch (error) {
        if (!(error instanceof ClusterError)) throw error;
        const isNeighbours = pod.metadata?.namespace === this.#neighbour.name;
        if (isNeighbours && isItsOwnAffair(error))
          throw new ClusterError(error.message, { class: 'throttled', retryAfterMs: FULL_MS });
        // The quota is new, and not counted yet; or the apiserver is, and knows no roles yet.
        if (!(error.class === 'transient' && error.status === 403)) throw error;
        await this.#wait(error.message);
      }
    }
  }

  async #until(pod: V1Pod, isSo: (live: V1Pod) => boolean): Promise<V1Pod> {
    const { name, namespace = '' } = pod.metadata ?? {};
    for (;;) {
      const live = (await this.#own(namespace, this.#signal)).find(({ metadata }) => metadata?.name === name);
      if (live === undefined) throw new ClusterError(`Somebody removed the pod ${name}.`, { class: 'transient' });
      if (isSo(live)) return live;
      if (isOver(live.status?.phase))
        throw new ClusterError(`The pod ${name} ended: ${lastWords(live)}.`, { class: 'final' });
      await this.#wait([`the pod ${name} of the proof`, ...troubles([live])].join(': '));
    }
  }

  async #own(namespace: string, signal?: AbortSignal): Promise<V1Pod[]> {
    const pods = await this.#cluster.list<V1Pod>({ apiVersion: 'v1', kind: 'Pod' }, namespace, { signal });
    return pods.filter(({ metadata }) => metadata?.labels?.[PROOF_LABEL] === this.#options.environment.uid);
  }
}

function lastWords({ status }: V1Pod): string {
  return status?.containerStatuses?.[0]?.state?.terminated?.message ?? status?.message ?? 'it did not say why';
}

function isOver(phase: string | undefined): boolean {
  return phase === 'Succeeded' || phase === 'Failed';
}

/** The neighbour is full, or somebody deletes it: neither is a fault of the environment, and both pass. */
function isItsOwnAffair({ reason, message }: ClusterError): boolean {
  return reason === 'quota-exceeded' || message.includes('because it is being terminated');
}
