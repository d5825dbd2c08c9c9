import { request } from 'node:https';
import {
  KubeConfig,
  type KubernetesObject,
  type V1APIGroupList,
  type V1APIResource,
  type V1APIResourceList,
} from '@kubernetes/client-node';

/** An object of whatever kind, with all that it says. */
export type AnyObject = KubernetesObject & { spec?: Record<string, unknown> };

interface Kind {
  readonly root: string;
  readonly resource: V1APIResource;
}

/** Everything that a cluster holds, of whatever kinds its apiserver says that there are. */
export class ClusterContents {
  readonly #kubeConfig = new KubeConfig();
  #kinds: Promise<Kind[]> | undefined;

  constructor(kubeconfig: string) {
    this.#kubeConfig.loadFromFile(kubeconfig);
  }

  /** All objects that lie in no namespace. Namespaces are among them. */
  clusterScoped(): Promise<AnyObject[]> {
    return this.#objects((root, { namespaced, name }) => (namespaced ? undefined : `${root}/${name}`));
  }

  /** All objects in a namespace. */
  inNamespace(namespace: string): Promise<AnyObject[]> {
    return this.#objects((root, { namespaced, name }) =>
      namespaced ? `${root}/namespaces/${namespace}/${name}` : undefined,
    );
  }

  namespace(name: string): Promise<AnyObject> {
    return this.#get(`/api/v1/namespaces/${name}`);
  }

  async #objects(place: (root: string, kind: V1APIResource) => string | undefined): Promise<AnyObject[]> {
    this.#kinds ??= this.#discover();
    const found = (await this.#kinds).map(({ root, resource }) => this.#list(resource, place(root, resource)));
    return (await Promise.all(found)).flat();
  }

  /** Each kind once, in the version that its group prefers. */
  async #discover(): Promise<Kind[]> {
    const { groups } = await this.#get<V1APIGroupList>('/apis');
    const roots = ['/api/v1', ...groups.map(({ preferredVersion }) => `/apis/${preferredVersion?.groupVersion}`)];
    const kinds = roots.map(async (root) => {
      const { resources } = await this.#get<V1APIResourceList>(root);
      return resources.map((resource) => ({ root, resource }));
    });
    return (await Promise.all(kinds)).flat();
  }

  async #list({ kind, verbs }: V1APIResource, path: string | undefined): Promise<AnyObject[]> {
    if (path === undefined || !verbs.includes('list')) return [];
    const { items } = await this.#get<{ items: AnyObject[] }>(path);
    return items.map((object) => ({ ...object, kind }));
  }

  async #get<T>(path: string): Promise<T> {
    const options = {};
    await this.#kubeConfig.applyToHTTPSOptions(options);
    const url = new URL(path, this.#kubeConfig.getCurrentCluster()?.server);
    const { promise, resolve, reject } = Promise.withResolvers<T>();
    const call = request(url, options, async (answer) => {
      const text = Buffer.concat(await answer.toArray()).toString();
      if (answer.statusCode === 200) resolve(JSON.parse(text) as T);
      else reject(new Error(`${path} was answered with ${answer.statusCode}: ${text}`));
    });
    call.once('error', reject);
    call.end();
    return await promise;
  }
}
