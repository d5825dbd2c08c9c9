import { createHash } from 'node:crypto';
import type { KubeConfig, KubernetesObject } from '@kubernetes/client-node';
import type { Identity } from '../../environment/identity.ts';
import type { Cluster } from '../client.ts';
import { type Fault, faultText } from '../compare.ts';
import type { ClusterError } from '../errors.ts';
import { recall } from '../recall.ts';
import { SlotCache } from '../slots/slot-cache.ts';
import { faultsIn, isWholeSlot } from './faults.ts';
import { type Follower, KindWatch } from './kind-watch.ts';
import { KINDS, NAMESPACES, type WatchedKind } from './kinds.ts';

/** What belongs together comes within so long, by several watches. */
const SETTLING_MS = 1000;
/** An environment is not told of sooner again. */
const PAUSE_MS = 10_000;
/** What is still so is told again, in the same words: Temporal may have been restored from before it was told. */
const REMINDER_MS = 300_000;

export interface DriftOptions {
  /** Is told of an environment that seems to differ. The token is the same for all who see the same. */
  tell(environment: Identity, token: string): Promise<void>;
  /** After how many milliseconds that which is still so is told again. @default 300_000 */
  reminderMs?: number;
  /** Is told of each watch that is taken up again. */
  onRestart(kind: string): void;
  /** Is told of each watch that cannot be taken up just now. */
  onFailure(kind: string, error: ClusterError): void;
}

/** Watches all environments of a cluster, and tells which seem to be otherwise than they should be. It changes nothing. */
export class DriftWatcher {
  /** The slots that were seen to be ready. */
  readonly slots: SlotCache;
  readonly #ownershipKey: Buffer;
  readonly #options: DriftOptions;
  readonly #reminderMs: number;
  readonly #namespaces: KindWatch;
  readonly #kinds: Map<string, KindWatch>;
  /** Looks that are due, by namespace. */
  readonly #due = new Map<string, { timer: NodeJS.Timeout; at: number }>();
  /** What was told last, by namespace, and when by this process's own clock. */
  readonly #told = new Map<string, { token: string; at: number }>();
  /** Of what has gone, the version at which it went: gone twice is not the same as gone once. */
  readonly #gone = new Map<string, Map<string, string>>();

  constructor(kubeConfig: KubeConfig, cluster: Cluster, ownershipKey: Buffer, options: DriftOptions) {
    this.#ownershipKey = ownershipKey;
    this.#options = options;
    this.#reminderMs = options.reminderMs ?? REMINDER_MS;
    const follow = (watched: WatchedKind, onChange: Follower['onChange']) =>
      new KindWatch(kubeConfig, cluster, watched, {
        onChange,
        onRestart: () => options.onRestart(watched.kind),
        onFailure: (error) => options.onFailure(watched.kind, error),
      });
    this.#namespaces = follow(NAMESPACES, (namespace, isGone) => this.#onNamespace(namespace, isGone));
    this.#kinds = new Map(
      KINDS.map((watched) => {
        const { kind } = watched;
        return [kind, follow(watched, (object, isGone) => this.#onObject(kind, object, isGone))];
      }),
    );
    this.slots = new SlotCache(ownershipKey, (slot) =>
      this.#isCurrent ? isWholeSlot(slot, (kind) => this.#of(kind, slot.namespace.name)) : undefined,
    );
  }

  /** For how long nothing was heard of the apiserver, by kind, in milliseconds. */
  silences(): Map<string, number> {
    return new Map([this.#namespaces, ...this.#kinds.values()].map(({ kind, silentMs }) => [kind, silentMs]));
  }

  start(): void {
    for (const watch of [this.#namespaces, ...this.#kinds.values()]) watch.start();
  }

  stop(): void {
    for (const watch of [this.#namespaces, ...this.#kinds.values()]) watch.stop();
    for (const { timer } of this.#due.values()) clearTimeout(timer);
    this.#due.clear();
  }

  #onNamespace(namespace: KubernetesObject, isGone: boolean): void {
    const name = namespace.metadata?.name ?? '';
    this.slots.see(namespace, isGone);
    if (!isGone) {
      this.#lookSoon(name);
      return;
    }
    clearTimeout(this.#due.get(name)?.timer);
    for (const known of [this.#due, this.#gone, this.#told]) known.delete(name);
    const lost = recall(this.#ownershipKey, namespace);
    if (lost?.environment === undefined) return;
    // Whoever cannot be told now finds out by themselves, if late: there is nothing left to be restored.
    this.#options.tell(lost.specification, `gone-${lost.namespace.uid}`).catch(() => undefined);
  }

  #onObject(kind: string, { metadata = {} }: KubernetesObject, isGone: boolean): void {
    const { namespace = '', name = '', resourceVersion = '' } = metadata;
    if (this.#namespaces.get(namespace) === undefined) return;
    const gone = this.#gone.get(namespace) ?? new Map<string, string>();
    if (isGone) this.#gone.set(namespace, gone.set(`${kind} ${name}`, resourceVersion));
    else gone.delete(`${kind} ${name}`);
    this.#lookSoon(namespace);
  }

  /** Whether everything has been seen once. */
  get #isListed(): boolean {
    return [...this.#kinds.values()].every(({ isListed }) => isListed);
  }

  /** Whether all is known as it is, but for a moment. */
  get #isCurrent(): boolean {
    return [...this.#kinds.values()].every(({ isCurrent }) => isCurrent);
  }

  #of(kind: string, namespace: string): readonly KubernetesObject[] {
    return this.#kinds.get(kind)?.of(namespace) ?? [];
  }

  #lookSoon(name: string, inMs = SETTLING_MS): void {
    const due = this.#due.get(name);
    const at = performance.now() + inMs;
    if (due !== undefined && due.at <= at) return;
    clearTimeout(due?.timer);
    const timer = setTimeout(() => {
      this.#due.delete(name);
      this.#look(name);
    }, inMs);
    this.#due.set(name, { timer: timer.unref(), at });
  }

  #look(name: string): void {
    const namespace = this.#namespaces.get(name);
    if (namespace === undefined) return;
    // What was not listed yet is not missing.
    if (!this.#isListed) {
      this.#lookSoon(name);
      return;
    }
    const remembered = recall(this.#ownershipKey, namespace);
    if (remembered === undefined) return;
    const faults = faultsIn(namespace, remembered, (kind) => this.#of(kind, name));
    if (faults.length === 0) return;
    const token = this.#tokenOf(name, remembered.namespace.uid, faults);
    const told = this.#told.get(name);
    const pauseMs = told?.token === token ? this.#reminderMs : PAUSE_MS;
    const waitMs = told === undefined ? 0 : told.at + pauseMs - performance.now();
    if (waitMs > 0) this.#lookSoon(name, waitMs);
    else void this.#tell(remembered.specification, name, token);
  }

  async #tell(environment: Identity, name: string, token: string): Promise<void> {
    this.#told.set(name, { token, at: performance.now() });
    try {
      await this.#options.tell(environment, token);
      this.#lookSoon(name, this.#reminderMs);
    } catch {
      // Temporal is not there: once it is, it is told.
      this.#told.set(name, { token: '', at: performance.now() });
      this.#lookSoon(name, PAUSE_MS);
    }
  }

  #tokenOf(name: string, uid: string, faults: readonly Fault[]): string {
    const gone = this.#gone.get(name);
    const seen = faults.map((fault) => {
      const version = fault.live?.metadata?.resourceVersion ?? gone?.get(`${fault.kind} ${fault.name}`) ?? '';
      return `${faultText(fault)} ${version}`;
    });
    return createHash('sha256')
      .update([uid, ...seen].join('\n'))
      .digest('hex');
  }
}
