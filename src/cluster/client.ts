import {
  AppsV1Api,
  CoreV1Api,
  type KubeConfig,
  type KubernetesObject,
  KubernetesObjectApi,
  PatchStrategy,
  setHeaderOptions,
  type V1ObjectMeta,
} from '@kubernetes/client-node';
import { ClusterError } from './errors.ts';
import { repeated } from './repeat.ts';
import { Transport, type TransportOptions, type Verb } from './transport.ts';

/** Names this program to the cluster as the owner of the fields that it sets. */
export const FIELD_MANAGER = 'berth';
/** So many objects of a list are read at once. */
const PAGE = 100;

/** An object by its kind and name. */
export interface Reference {
  apiVersion: string;
  kind: string;
  metadata: { name: string; namespace?: string };
}

/** One object of a kind that is known, in a namespace. */
export interface Named {
  namespace: string;
  name: string;
}

/** How many pods something is to have, and by which version of it that was read. */
export interface Scale {
  replicas: number;
  resourceVersion: string;
}

/** What is to be changed of an object. What is `null` is taken away. */
export type Change = Reference & {
  metadata: {
    annotations?: Record<string, string | null>;
    labels?: Record<string, string | null>;
    resourceVersion?: string;
  };
};

/** What a list must hold at the least. */
export interface ListOptions {
  signal?: AbortSignal | undefined;
  /**
   * The resource version of a write of that kind that the list must have seen. Without it the list must have seen every
   * write of any kind, and waits until the apiserver's cache is sure of that: 65 ms on an idle cluster, as measured.
   */
  notOlderThan?: string | undefined;
  /** Which labels its objects must have. */
  labels?: string | undefined;
}

/** Of objects nothing but their metadata, however large they are. */
const METADATA_ONLY = 'application/json;as=PartialObjectMetadataList;g=meta.k8s.io;v=v1';

/**
 * The one client to the apiserver: kept-alive connections shared by all calls, a deadline on each, and cancellation.
 * Every method throws {@link ClusterError} and nothing else, and {@link ClusterError} never quotes a header.
 */
export class Cluster {
  readonly #transport: Transport;
  readonly #api: KubernetesObjectApi;
  /** For what objects have beside themselves. */
  readonly #core: CoreV1Api;
  readonly #apps: AppsV1Api;

  constructor(transport: Transport) {
    this.#transport = transport;
    this.#api = new KubernetesObjectApi(transport.configuration);
    this.#core = new CoreV1Api(transport.configuration);
    this.#apps = new AppsV1Api(transport.configuration);
  }

  /** How many calls wait for their turn. */
  get waiting(): number {
    return this.#transport.waiting;
  }

  /** Creates an object. Fails as a conflict where one of that name exists. */
  create<T extends KubernetesObject>(object: T, signal?: AbortSignal): Promise<T> {
    return this.#call('create', signal, () =>
      this.#api.create(object, undefined, undefined, FIELD_MANAGER),
    ) as Promise<T>;
  }

  /** Creates an object or brings it to what is asked (server-side apply): done twice, it is as done once. */
  apply<T extends KubernetesObject>(object: T, signal?: AbortSignal): Promise<T> {
    return this.#call('apply', signal, () =>
      this.#api.patch(object, undefined, undefined, FIELD_MANAGER, true, PatchStrategy.ServerSideApply),
    ) as Promise<T>;
  }

  /**
   * Changes what is named of exactly the object with this uid, and leaves all else as it is (merge patch). Fails as a
   * conflict where another one now bears its name, or, where the change names a version, where it was changed since.
   */
  async merge({ metadata, ...change }: Change, uid: string, signal?: AbortSignal): Promise<void> {
    // The library's types know nothing of what is to be taken away.
    const exactly = { ...change, metadata: { ...metadata, uid } } as KubernetesObject;
    try {
      // Once: whoever changes what somebody else may have changed looks again before it is done again.
      await this.#transport.once('merge', signal, () =>
        this.#api.patch(exactly, undefined, undefined, FIELD_MANAGER, undefined, PatchStrategy.MergePatch),
      );
    } catch (error) {
      // To the apiserver, another uid is a change of what cannot be changed.
      const isAnother = error instanceof ClusterError && error.status === 422 && error.message.includes('metadata.uid');
      throw isAnother ? new ClusterError(error.message, { class: 'conflict', status: 409 }) : error;
    }
  }

  /**
   * Makes sure that an object is as asked: creates it, and applies it only where one of its name exists. Done twice, it
   * is as done once; and done once, which is the rule, it costs the apiserver less than an apply.
   */
  async ensure<T extends KubernetesObject>(object: T, signal?: AbortSignal): Promise<T> {
    try {
      return await this.create(object, signal);
    } catch (error) {
      if (!(error instanceof ClusterError && error.class === 'conflict')) throw error;
      return await this.apply(object, signal);
    }
  }

  /** The object, or `undefined` where there is none. */
  async read<T extends KubernetesObject>(reference: Reference, signal?: AbortSignal): Promise<T | undefined> {
    try {
      return (await this.#call('read', signal, () => this.#api.read(reference))) as T;
    } catch (error) {
      if (error instanceof ClusterError && error.isMissing) return undefined;
      throw error;
    }
  }

  /** All objects of a kind in a namespace, or of the whole cluster. */
  async list<T extends KubernetesObject>(
    { apiVersion, kind }: Pick<Reference, 'apiVersion' | 'kind'>,
    namespace: string | undefined,
    { signal, notOlderThan, labels }: ListOptions = {},
  ): Promise<T[]> {
    const query = {
      ...(notOlderThan !== undefined && atLeast(notOlderThan)),
      ...(labels !== undefined && { labelSelector: labels }),
    };
    const list = await this.#call('list', signal, () => this.#api.list(apiVersion, kind, namespace), query);
    return list.items as T[];
  }

  /** What the first so many objects of a kind in a namespace are, without what is in them. */
  async metadata(
    { apiVersion, kind }: Pick<Reference, 'apiVersion' | 'kind'>,
    namespace: string,
    most: number,
    signal?: AbortSignal,
  ): Promise<V1ObjectMeta[]> {
    const query = { limit: String(most) };
    const ask = () => this.#api.list(apiVersion, kind, namespace);
    const list = await this.#call('list', signal, ask, query, METADATA_ONLY);
    // In this form, an empty list may have none.
    return (list.items ?? []).map(({ metadata }) => metadata ?? {});
  }

  /** All objects of a kind that bear some labels, whatever their namespace, page by page; each with the version read at. */
  async *pages<T extends KubernetesObject>(
    { apiVersion, kind }: Pick<Reference, 'apiVersion' | 'kind'>,
    labels?: string,
    signal?: AbortSignal,
  ): AsyncGenerator<{ items: T[]; resourceVersion: string }> {
    let next: string | undefined;
    do {
      const query = {
        limit: String(PAGE),
        ...(labels !== undefined && { labelSelector: labels }),
        ...(next !== undefined && { continue: next }),
      };
      const { items, metadata } = await this.#call('list', signal, () => this.#api.list(apiVersion, kind), query);
      yield { items: items as T[], resourceVersion: metadata?.resourceVersion ?? '' };
      next = metadata?._continue || undefined;
    } while (next !== undefined);
  }

  /** Deletes exactly the object with this uid. Fails as a conflict where another one now bears its name. */
  async delete(reference: Reference, uid: string, signal?: AbortSignal): Promise<void> {
    try {
      const precondition = { preconditions: { uid } };
      await this.#call('delete', signal, () =>
        this.#api.delete(reference, undefined, undefined, undefined, undefined, undefined, precondition),
      );
    } catch (error) {
      if (!(error instanceof ClusterError && error.isMissing)) throw error;
    }
  }

  /**
   * Mints a token of a service account, for the apiserver itself.
   * @param seconds how long it is to be valid; the apiserver may decide otherwise, and says so
   */
  async mintToken(
    account: string,
    namespace: string,
    seconds: number,
    signal?: AbortSignal,
  ): Promise<{ token: string; expiresAt: Date }> {
    const body = { spec: { audiences: [], expirationSeconds: seconds } };
    const { status } = await this.#call('mint', signal, () =>
      this.#core.createNamespacedServiceAccountToken({ name: account, namespace, body }),
    );
    const { token, expirationTimestamp: expiresAt } = status ?? {};
    if (token === undefined || expiresAt === undefined)
      throw new ClusterError('The apiserver answered a request for a token without one.', { class: 'final' });
    return { token, expiresAt };
  }

  /** How many pods a Deployment is to have, by its subresource `scale`. */
  async readScale({ namespace, name }: Named, signal?: AbortSignal): Promise<Scale> {
    const { metadata, spec } = await this.#call('read', signal, () =>
      this.#apps.readNamespacedDeploymentScale({ name, namespace }),
    );
    return { replicas: spec?.replicas ?? 0, resourceVersion: metadata?.resourceVersion ?? '' };
  }

  /** Sets that. Fails as a conflict where the Deployment was changed since it was read. */
  async writeScale({ namespace, name }: Named, { replicas, resourceVersion }: Scale, signal?: AbortSignal) {
    const body = { metadata: { resourceVersion }, spec: { replicas } };
    const change = { name, namespace, body, fieldManager: FIELD_MANAGER };
    // Once: whoever changes what somebody else may have changed looks again before it is done again.
    await this.#transport.once('scale', signal, () =>
      this.#apps.patchNamespacedDeploymentScale(change, setHeaderOptions('Content-Type', PatchStrategy.MergePatch)),
    );
  }

  /** Ends the connections, and with them the calls under way. */
  close(): Promise<void> {
    return this.#transport.close();
  }

  #call<T>(
    verb: Verb,
    signal: AbortSignal | undefined,
    request: () => Promise<T>,
    query?: Record<string, string>,
    accept?: string,
  ): Promise<T> {
    return repeated(() => this.#transport.once(verb, signal, request, query, accept), signal);
  }
}

function atLeast(resourceVersion: string): Record<string, string> {
  return { resourceVersion, resourceVersionMatch: 'NotOlderThan' };
}

/**
 * Prepares the client for the kubeconfig's current context. Opens no connection yet.
 * @throws Error where that context names no cluster
 */
export async function connectCluster(kubeConfig: KubeConfig, options: TransportOptions = {}): Promise<Cluster> {
  return new Cluster(await Transport.to(kubeConfig, options));
}
