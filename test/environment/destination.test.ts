import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import {
  FORBIDDEN_RANGES,
  forbiddenWithin,
  isFirstOfBlock,
  isForbidden,
  isMappedIpv4,
} from '../../src/environment/destination.ts';

const FORBIDDEN_V4 = FORBIDDEN_RANGES.filter((range) => range.includes('.'));
const FORBIDDEN_V6 = FORBIDDEN_RANGES.filter((range) => range.includes(':'));

describe('a block in forbidden ranges', () => {
  test.each([
    ['169.254.169.254/32', 'the cloud’s metadata'],
    ['169.254.0.0/16', 'link-local'],
    ['127.0.0.1/32', 'loopback'],
    ['10.0.0.0/8', 'private'],
    ['10.96.0.1/32', 'private'],
    ['172.16.0.0/12', 'private'],
    ['172.31.255.255/32', 'private'],
    ['192.168.1.0/24', 'private'],
    ['100.64.0.0/10', 'shared'],
    ['100.127.255.255/32', 'shared'],
    ['::1/128', 'loopback'],
    ['fc00::/7', 'private'],
    ['fd00:ec2::254/128', 'the cloud’s metadata'],
    ['fdff:ffff:ffff:ffff:ffff:ffff:ffff:ffff/128', 'private'],
    ['fe80::/10', 'link-local'],
    ['FE80::1/64', 'link-local in capitals'],
    ['febf::/16', 'link-local'],
  ])('is refused: %s (%s)', (block) => expect(isForbidden(block)).toBe(true));

  test.each([
    '9.255.255.255/32',
    '11.0.0.0/8',
    '172.15.255.255/32',
    '172.32.0.0/11',
    '192.167.0.0/16',
    '192.169.0.0/16',
    '100.63.255.255/32',
    '100.128.0.0/9',
    '203.0.113.0/24',
    '::2/128',
    'fe00::/9',
    'fec0::/10',
    'fbff::/16',
    '2001:db8::/32',
  ])('does not take its neighbours with it: %s', (block) => expect(isForbidden(block)).toBe(false));

  test.each(['0.0.0.0/0', '8.0.0.0/6', '172.0.0.0/8', '::/0', 'f000::/4'])(
    'is not refused but cut where it reaches further: %s',
    (block) => expect(isForbidden(block)).toBe(false),
  );
});

describe('what is cut out of a block', () => {
  test.each([
    ['0.0.0.0/0', FORBIDDEN_V4],
    ['::/0', FORBIDDEN_V6],
    ['8.0.0.0/6', ['10.0.0.0/8']],
    ['172.0.0.0/8', ['172.16.0.0/12']],
    ['f000::/4', ['fc00::/7', 'fe80::/10']],
    ['203.0.113.0/24', []],
    ['2001:db8::/32', []],
  ])('of %s: %j', (block, expected) => expect(forbiddenWithin(block)).toEqual(expected));

  test('leaves no forbidden IPv4 address reachable, whatever the block', () => {
    const address = fc.integer({ min: 0, max: 2 ** 32 - 1 });
    const forbidden = fc
      .tuple(fc.constantFrom(...FORBIDDEN_V4), address)
      .map(([range, noise]) => addressWithin(range, noise));
    fc.assert(
      fc.property(forbidden, fc.integer({ min: 0, max: 32 }), (target, prefix) => {
        const block = blockAround(target, prefix);
        const reachable = !isForbidden(block) && !forbiddenWithin(block).some((range) => isWithin(range, target));
        expect(reachable, block).toBe(false);
      }),
      { numRuns: 1000 },
    );
  });
});

describe('a block that cannot be asked for', () => {
  test.each(['203.0.113.0/24', '0.0.0.0/0', '203.0.113.7/32', '203.0.113.128/25', '::/0', '2001:db8::/32', '::1/128'])(
    'is not one that begins with its first address: %s',
    (block) => expect(isFirstOfBlock(block)).toBe(true),
  );

  test.each(['203.0.113.7/24', '203.0.113.1/31', '1.0.0.0/0', '2001:db8::1/32', '2001:db8::1:0/111', '::8000:0/96'])(
    'is one with bits beyond its prefix: %s',
    (block) => expect(isFirstOfBlock(block)).toBe(false),
  );

  test.each(['::ffff:10.0.0.0/104', '::ffff:a00:0/104', '0:0:0:0:0:FFFF:169.254.169.254/128', '::ffff:0:0/96'])(
    'is IPv4 in the clothes of IPv6: %s',
    (block) => expect(isMappedIpv4(block)).toBe(true),
  );

  test.each(['10.0.0.0/8', '::/0', '::ffff:0:0/95', '::fffe:0:0/96', '2001:db8::ffff:a00:0/104'])(
    'is not merely one that looks a little like it: %s',
    (block) => expect(isMappedIpv4(block)).toBe(false),
  );
});

function isWithin(range: string, address: number): boolean {
  return blockAround(address, Number(range.split('/')[1])) === range;
}

function addressWithin(range: string, noise: number): number {
  const [first = '', prefix] = range.split('/');
  return toNumber(first) + (noise % 2 ** (32 - Number(prefix)));
}

function blockAround(address: number, prefix: number): string {
  const size = 2 ** (32 - prefix);
  const first = address - (address % size);
  return `${[24, 16, 8, 0].map((shift) => Math.floor(first / 2 ** shift) % 256).join('.')}/${prefix}`;
}

function toNumber(address: string): number {
  return address.split('.').reduce((value, part) => value * 256 + Number(part), 0);
}
