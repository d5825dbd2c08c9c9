import { setTimeout as sleep } from 'node:timers/promises';
import { type KubeConfig, type KubernetesObject, ListWatch, Watch } from '@kubernetes/client-node';
import type { Cluster } from '../client.ts';
import { type ClusterError, classify } from '../errors.ts';
import type { WatchedKind } from './kinds.ts';
import { lean } from './lean.ts';

/** A watch that was just cut is taken up again at once, and then after ever longer pauses up to this. */
const LONGEST_PAUSE_MS = 2000;
const FIRST_PAUSE_MS = 250;
/** What held so long was no failure to connect. */
const HELD_MS = 10_000;

/** What somebody who follows a kind is told. */
export interface Follower {
  /** An object has come, changed or gone; what has gone is as it was last. */
  onChange(object: KubernetesObject, isGone: boolean): void;
  /** The watch was taken up again. */
  onRestart(): void;
  /** It cannot be taken up just now, and why. Told once for each time that it held. */
  onFailure(error: ClusterError): void;
}

/**
 * Follows all objects of a kind: the library's informer, which ends at most errors and is begun again here. A watch on
 * which nothing comes for half a minute is given up as half-open, and taken up where it was. What was missed meanwhile is
 * told late, yet told: where the apiserver does not know any more what that was, all is listed again and compared.
 */
export class KindWatch {
  readonly kind: string;
  readonly #informer: ListWatch<KubernetesObject>;
  #isStopped = false;
  #isListed = false;
  #hasFailed = false;
  #pauseMs = 0;
  #begunAt = 0;
  /** When the apiserver was last heard of, by a clock of this process's own. */
  #heardAt = performance.now();

  constructor(kubeConfig: KubeConfig, cluster: Cluster, watched: WatchedKind, follower: Follower) {
    this.kind = watched.kind;
    const list = async () => {
      const items: KubernetesObject[] = [];
      let resourceVersion = '';
      for await (const page of cluster.pages(watched, watched.labels)) {
        items.push(...page.items.map((object) => lean(watched.kind, object)));
        ({ resourceVersion } = page);
      }
      this.#isListed = true;
      this.#hear();
      return { metadata: { resourceVersion }, items };
    };
    const watch = new LeanWatch(kubeConfig, watched.kind, {
      isOver: () => this.#isStopped,
      onTaken: () => {
        this.#hear();
        this.#hasFailed = false;
      },
      onHeard: () => this.#hear(),
    });
    // The library waits up to 30 s between two watches on which nothing came.
    const delayFn = (ms: number) => sleep(Math.min(ms, LONGEST_PAUSE_MS), undefined, { ref: false });
    this.#informer = new ListWatch(watched.path, watch, list, false, watched.labels, undefined, { delayFn });
    this.#informer.on('add', (object) => follower.onChange(object, false));
    this.#informer.on('update', (object) => follower.onChange(object, false));
    this.#informer.on('delete', (object) => follower.onChange(object, true));
    this.#informer.on('connect', () => {
      if (this.#begunAt > 0) follower.onRestart();
      this.#begunAt = performance.now();
    });
    this.#informer.on('error', (error) => void this.#beginAgain(follower, error));
  }

  /** Whether everything has been seen once. */
  get isListed(): boolean {
    return this.#isListed;
  }

  /** Whether what is known is how it is, but for a moment: everything has been seen, and the watch holds. */
  get isCurrent(): boolean {
    return this.#isListed && !this.#hasFailed;
  }

  /** For how long nothing was heard of the apiserver, in milliseconds: what is known may be as old. */
  get silentMs(): number {
    return performance.now() - this.#heardAt;
  }

  start(): void {
    void this.#informer.start();
  }

  stop(): void {
    this.#isStopped = true;
    void this.#informer.stop();
  }

  of(namespace: string): readonly KubernetesObject[] {
    return this.#informer.list(namespace);
  }

  get(name: string): KubernetesObject | undefined {
    return this.#informer.get(name);
  }

  #hear(): void {
    this.#heardAt = performance.now();
  }

  async #beginAgain(follower: Follower, error: unknown): Promise<void> {
    this.#hasFailed = true;
    const hasHeld = performance.now() - this.#begunAt > HELD_MS;
    if (hasHeld || this.#pauseMs === 0) follower.onFailure(classify(error));
    this.#pauseMs = hasHeld ? FIRST_PAUSE_MS : Math.min(2 * Math.max(this.#pauseMs, FIRST_PAUSE_MS), LONGEST_PAUSE_MS);
    await sleep(this.#pauseMs, undefined, { ref: false });
    if (!this.#isStopped) this.start();
  }
}

/** Who has begun a watch. */
interface Asker {
  isOver(): boolean;
  /** The apiserver has taken the watch. */
  onTaken(): void;
  /** Something came. */
  onHeard(): void;
}

/** A watch that keeps of each object what is needed, and is not begun after the end, as the informer would have it. */
class LeanWatch extends Watch {
  readonly #kind: string;
  readonly #asker: Asker;

  constructor(kubeConfig: KubeConfig, kind: string, asker: Asker) {
    super(kubeConfig);
    this.#kind = kind;
    this.#asker = asker;
  }

  override async watch(...[path, query, callback, done]: Parameters<Watch['watch']>): Promise<AbortController> {
    if (this.#asker.isOver()) return new AbortController();
    let hasEnded = false;
    const end: typeof done = (error) => {
      hasEnded = true;
      done(error);
    };
    const leanly: typeof callback = (phase, object, whole) => {
      this.#asker.onHeard();
      callback(phase, phase === 'ERROR' ? object : lean(this.#kind, object), whole);
    };
    const request = await super.watch(path, query, leanly, end);
    // One on which nothing comes is as good.
    if (!hasEnded) this.#asker.onTaken();
    return request;
  }
}
