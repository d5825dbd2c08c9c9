/** How long the peer takes for a load, in milliseconds: from the best to the worst of its runs. */
export interface Peer {
  p50?: [number, number];
  p99?: [number, number];
  allAfter?: [number, number];
}

/** Where the figures come from. They are constants: it was not measured in this run, nor on this machine. */
export const PEER_SOURCE =
  'agent-sandbox, measured on another machine with 2 cores; it adopts a pod within one namespace, with about 20 writes a claim';

/** What the best open pool does, by load. */
export const PEER: Readonly<Record<string, Peer>> = {
  'one at a time': { p50: [31, 31], p99: [49, 49] },
  '50 at once': { p50: [900, 1100], p99: [1000, 1500] },
  '100 at once': { p50: [600, 800], p99: [2100, 3000] },
  '300 at once': { p50: [3700, 4200], p99: [6300, 10_900], allAfter: [6800, 11_400] },
  '10 a second': { p99: [304, 405] },
  '20 a second': { p50: [1300, 1300] },
};
