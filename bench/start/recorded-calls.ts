import type { Cluster } from '../../src/cluster/client.ts';

/** A call to the apiserver, with its times in milliseconds of the performance clock. */
export interface RecordedCall {
  readonly isWrite: boolean;
  readonly begun: number;
  readonly ended: number;
}

/** Makes a client note its calls, in the order in which they end. */
export function recordCalls(cluster: Cluster): RecordedCall[] {
  const calls: RecordedCall[] = [];
  const recorded = <A extends unknown[], T>(isWrite: boolean, call: (...args: A) => Promise<T>) => {
    return async (...args: A): Promise<T> => {
      const begun = performance.now();
      try {
        return await call.apply(cluster, args);
      } finally {
        calls.push({ isWrite, begun, ended: performance.now() });
      }
    };
  };
  cluster.create = recorded(true, cluster.create) as typeof cluster.create;
  cluster.apply = recorded(true, cluster.apply) as typeof cluster.apply;
  cluster.read = recorded(false, cluster.read) as typeof cluster.read;
  cluster.list = recorded(false, cluster.list) as typeof cluster.list;
  return calls;
}
