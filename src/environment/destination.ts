import { BlockList, isIPv6 } from 'node:net';

/**
 * What no environment ever reaches, whatever its template allows: loopback, link-local (cloud metadata among it),
 * private and shared address space. RFC 1122, 1918, 3927, 4193, 4291, 6598.
 */
export const FORBIDDEN_RANGES = [
  '10.0.0.0/8',
  '100.64.0.0/10',
  '127.0.0.0/8',
  '169.254.0.0/16',
  '172.16.0.0/12',
  '192.168.0.0/16',
  '::1/128',
  'fc00::/7',
  'fe80::/10',
];

/** Whether a block lies wholly in a forbidden range, so that nothing of it could be reached. */
export function isForbidden(cidr: string): boolean {
  return FORBIDDEN_RANGES.some((range) => contains(range, cidr));
}

/** The forbidden ranges inside a block, to be cut out of it. */
export function forbiddenWithin(cidr: string): string[] {
  return FORBIDDEN_RANGES.filter((range) => contains(cidr, range));
}

/** Whether one block holds another. CIDR blocks nest or are apart, so address and prefix length decide. */
function contains(outer: string, inner: string): boolean {
  const [outerAddress, outerPrefix, family] = partsOf(outer);
  const [innerAddress, innerPrefix, innerFamily] = partsOf(inner);
  if (family !== innerFamily || innerPrefix < outerPrefix) return false;
  const block = new BlockList();
  block.addSubnet(outerAddress, outerPrefix, family);
  return block.check(innerAddress, innerFamily);
}

function partsOf(cidr: string): [address: string, prefix: number, family: 'ipv4' | 'ipv6'] {
  const [address = '', prefix] = cidr.split('/');
  return [address, Number(prefix), isIPv6(address) ? 'ipv6' : 'ipv4'];
}
