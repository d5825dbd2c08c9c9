import { createHash } from 'node:crypto';
import { networkInterfaces } from 'node:os';

/**
 * The link between the machine and its node, whose network is its own: the two ends' addresses. The machine's end is
 * where the apiserver listens. An IPv4 and an IPv6 one each, so that pods have both.
 */
export interface Link {
  /** The machine's interface; at most 15 characters. */
  readonly name: string;
  readonly machine: { readonly ipv4: string; readonly ipv6: string };
  readonly node: { readonly ipv4: string; readonly ipv6: string };
}

/** The name of the node's own end. */
export const UPLINK = 'uplink';

const PLACES = 4096;

/**
 * A link for a state directory: the same one each time, so that addresses survive a restart, but none whose addresses
 * are taken on this machine. Out of 172.31.192.0/18 (RFC 1918), which no environment reaches, whatever it is allowed.
 *
 * @param taken - the addresses that the machine has
 */
export function linkFor(stateDirectory: string, taken: ReadonlySet<string> = machineAddresses()): Link {
  const preferred = createHash('sha256').update(stateDirectory).digest().readUInt16BE() % PLACES;
  for (let offset = 0; offset < PLACES; offset++) {
    const link = linkAt((preferred + offset) % PLACES);
    if (!taken.has(link.machine.ipv4)) return link;
  }
  throw new Error('all addresses for links to nodes are taken');
}

function linkAt(place: number): Link {
  const block = place * 4;
  const ipv4 = (host: number) => `172.31.${192 + Math.floor(block / 256)}.${(block % 256) + host}`;
  const ipv6 = (host: number) => `fd62:6572:7468:${place.toString(16)}::${host}`;
  return {
    name: `berth${place}`,
    machine: { ipv4: ipv4(1), ipv6: ipv6(1) },
    node: { ipv4: ipv4(2), ipv6: ipv6(2) },
  };
}

function machineAddresses(): Set<string> {
  const all = Object.values(networkInterfaces()).flatMap((addresses) => addresses ?? []);
  return new Set(all.map(({ address }) => address));
}
