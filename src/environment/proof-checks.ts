import { isForbiddenAddress, isWithin, onlyAddress } from './destination.ts';
import type { Expectation } from './proof.ts';
import type { Guards } from './recipe.ts';

/** An address outside with a port that answers, IPv4 or IPv6. */
export interface Endpoint {
  address: string;
  port: number;
}

/** What packets are sent to. Addresses of the cluster are known only when they are. */
export type Target =
  /** What listens in the environment, or in another one. */
  | { place: 'environment' | 'neighbour' }
  /** What answers everything that is asked of the cluster, by each of its addresses. */
  | { place: 'cluster-api' }
  /** The machine under the one who asks. */
  | { place: 'node' }
  /** What resolves names. */
  | { place: 'names' }
  | { place: 'address'; address: string; ports: readonly number[]; protocol: 'TCP' | 'UDP' };

/** What is tried, from where to where, and what must come of it. */
export interface Check {
  name: string;
  expected: Expectation;
  from: 'environment' | 'neighbour';
  to: Target | { place: 'unknown'; why: string };
}

/** Where clouds keep what a machine may know of itself, its credentials among it. */
const METADATA = { place: 'address', address: '169.254.169.254', ports: [80], protocol: 'TCP' } as const;

/**
 * Everything that guards promise, as checks. What no environment may reach is closed whatever its template allows.
 *
 * @param outside what an operator knows to answer outside of the cluster
 */
export function checksOf({ egress }: Guards, outside: Endpoint | undefined): Check[] {
  const from = 'environment';
  return [
    { name: 'from-another-environment', expected: 'closed', from: 'neighbour', to: { place: 'environment' } },
    { name: 'to-another-environment', expected: 'closed', from, to: { place: 'neighbour' } },
    { name: 'to-cluster-api', expected: 'closed', from, to: { place: 'cluster-api' } },
    { name: 'to-metadata-service', expected: 'closed', from, to: METADATA },
    toOutside(egress, outside),
    { name: 'to-own-node', expected: 'observed', from, to: { place: 'node' } },
    { name: 'names', expected: egress.dns ? 'open' : 'closed', from, to: { place: 'names' } },
    { name: 'within', expected: egress.within ? 'open' : 'closed', from, to: { place: 'environment' } },
    ...Object.entries(egress.destinations).map(([name, destination]) => toDestination(name, destination)),
  ];
}

function toOutside(egress: Guards['egress'], outside: Endpoint | undefined): Check {
  const name = 'to-outside';
  const from = 'environment';
  if (outside === undefined)
    return { name, expected: 'closed', from, to: { place: 'unknown', why: 'no address outside is configured' } };
  const { address, port } = outside;
  const to = { place: 'address', address, ports: [port], protocol: 'TCP' } as const;
  return { name, expected: mayReach(egress, outside) ? 'open' : 'closed', from, to };
}

type Destination = Guards['egress']['destinations'][string];

function toDestination(called: string, { cidr, ports, protocol, probe }: Destination): Check {
  const name = `destination-${called}`;
  const address = probe ?? onlyAddress(cidr);
  const why = `its block has many addresses, and the template names none to probe`;
  const to =
    address === undefined
      ? ({ place: 'unknown', why } as const)
      : ({ place: 'address', address, ports, protocol } as const);
  return { name, expected: 'open', from: 'environment', to };
}

/** Whether guards let TCP through to an address and port outside. */
export function mayReach({ destinations }: Guards['egress'], { address, port }: Endpoint): boolean {
  return Object.values(destinations).some(
    ({ cidr, ports, protocol }) =>
      protocol === 'TCP' && ports.includes(port) && isWithin(cidr, address) && !isForbiddenAddress(address),
  );
}
