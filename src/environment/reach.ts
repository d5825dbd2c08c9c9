import { forbiddenWithin } from './destination.ts';
import type { Guards } from './recipe.ts';

/** What an environment may reach; whatever is not here, it may not. The policies of the cluster say the same. */
export interface Reach {
  /** The cluster's DNS, to resolve names. */
  dns: boolean;
  /** Its pods among each other. */
  within: boolean;
  destinations: Destination[];
}

/** A block of addresses outside that may be reached. */
export interface Destination {
  /** As the template calls it. */
  name: string;
  cidr: string;
  /** Blocks within it that are not reached all the same. */
  except?: string[];
  ports: number[];
  protocol: 'TCP' | 'UDP';
}

/** What guards let an environment reach. */
export function reachOf({ egress }: Guards): Reach {
  const { dns, within } = egress;
  const destinations = Object.entries(egress.destinations).map(([name, { cidr, ports, protocol }]) => {
    const except = forbiddenWithin(cidr);
    return { name, cidr, ...(except.length > 0 && { except }), ports, protocol };
  });
  return { dns, within, destinations };
}
