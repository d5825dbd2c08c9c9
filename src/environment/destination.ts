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
  // IPv4 addresses in other words, which routers on the way may translate: NAT64 (RFC 6052, 8215) and 6to4 (RFC 3056).
  '64:ff9b::/96',
  '64:ff9b:1::/48',
  '2002::/16',
];
/** IPv6 spellings of IPv4 addresses (RFC 4291, 2.5.5.2): a second name for everything above. */
const MAPPED_IPV4 = '::ffff:0:0/96';

/** Whether a block lies wholly in a forbidden range, so that nothing of it could be reached. */
export function isForbidden(cidr: string): boolean {
  return FORBIDDEN_RANGES.some((range) => contains(range, cidr));
}

/** The forbidden ranges inside a block, to be cut out of it. */
export function forbiddenWithin(cidr: string): string[] {
  return FORBIDDEN_RANGES.filter((range) => contains(cidr, range));
}

/** Whether a block is spelled as IPv6 and means IPv4. */
export function isMappedIpv4(cidr: string): boolean {
  return contains(MAPPED_IPV4, cidr);
}

/** Whether a block is named by its first address, as `203.0.113.0/24` is and `203.0.113.7/24` is not. */
export function isFirstOfBlock(cidr: string): boolean {
  const { value, hostBits } = blockOf(cidr);
  return value === (value >> hostBits) << hostBits;
}

/** Whether an address lies in a block. */
export function isWithin(cidr: string, address: string): boolean {
  return contains(cidr, asBlock(address));
}

/** Whether an address lies in a forbidden range, so that it is never reached. */
export function isForbiddenAddress(address: string): boolean {
  return isForbidden(asBlock(address)) || isMappedIpv4(asBlock(address));
}

/** The one address of a block that has no other; `undefined` where it has more. */
export function onlyAddress(cidr: string): string | undefined {
  const [address] = cidr.split('/');
  return blockOf(cidr).hostBits === 0n ? address : undefined;
}

function asBlock(address: string): string {
  return `${address}/${isIPv6(address) ? 128 : 32}`;
}

/** Whether one block holds another. CIDR blocks nest or are apart, so the outer's prefix decides. */
function contains(outer: string, inner: string): boolean {
  const [one, other] = [blockOf(outer), blockOf(inner)];
  if (one.bits !== other.bits || other.hostBits > one.hostBits) return false;
  return one.value >> one.hostBits === other.value >> one.hostBits;
}

interface Block {
  value: bigint;
  /** 32 or 128. */
  bits: number;
  /** How many bits at the end are the block's own. */
  hostBits: bigint;
}

function blockOf(cidr: string): Block {
  const [address = '', prefix] = cidr.split('/');
  const bits = isIPv6(address) ? 128 : 32;
  const value = bits === 128 ? ipv6Value(address) : numberOf(address.split('.').map(Number), 8);
  return { value, bits, hostBits: BigInt(bits - Number(prefix)) };
}

/** `::` stands for as many zero groups as are missing; the last two groups may be written as an IPv4 address. */
function ipv6Value(address: string): bigint {
  const [head = [], tail = []] = address.split('::').map(groupsOf);
  return numberOf([...head, ...new Array<number>(8 - head.length - tail.length).fill(0), ...tail], 16);
}

function groupsOf(text: string): number[] {
  return text.split(':').flatMap((group) => {
    if (group === '') return [];
    if (!group.includes('.')) return Number.parseInt(group, 16);
    const [a = 0, b = 0, c = 0, d = 0] = group.split('.').map(Number);
    return [a * 256 + b, c * 256 + d];
  });
}

function numberOf(parts: number[], bitsEach: number): bigint {
  return parts.reduce((value, part) => (value << BigInt(bitsEach)) + BigInt(part), 0n);
}

/** Of what is an address, only an IPv6 address has colons. */
function isIPv6(address: string): boolean {
  return address.includes(':');
}
