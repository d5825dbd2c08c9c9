import { KubeConfig } from '@kubernetes/client-node';
import type { Access } from '../../api/environments/access.ts';
import type { Identity } from '../../environment/identity.ts';
import type { Api } from '../api.ts';

/** So long before its end access is not used any more. */
const MARGIN_MS = 60_000;

/** The way into an environment's namespace, for as long as it is needed: access is asked for again before it ends. */
export class Entrance {
  readonly #api: Api;
  readonly #identity: Identity;
  readonly #expiresIn: string;
  #access: Access | undefined;

  /** @param expiresIn for how long access is asked for at a time */
  constructor(api: Api, identity: Identity, expiresIn: string) {
    this.#api = api;
    this.#identity = identity;
    this.#expiresIn = expiresIn;
  }

  /** @throws Failure where there is no access */
  async open(): Promise<{ kubeConfig: KubeConfig; namespace: string }> {
    const isOver = this.#access === undefined || Date.parse(this.#access.expires_at) - Date.now() < MARGIN_MS;
    if (isOver || this.#access === undefined) {
      const request = { ...this.#identity, expires_in: this.#expiresIn };
      this.#access = await this.#api.post<Access>('/environments/kubeconfig', request);
    }
    const { kubeconfig, namespace } = this.#access;
    const kubeConfig = new KubeConfig();
    kubeConfig.loadFromString(kubeconfig);
    return { kubeConfig, namespace };
  }
}
