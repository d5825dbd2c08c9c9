import fc from 'fast-check';
import { expect, test } from 'vitest';
import { isForbidden } from '../../src/environment/destination.ts';
import { linkFor } from '../../src/local/node/link.ts';

const nothing = new Set<string>();

test('a state directory has the same link each time', () => {
  expect(linkFor('/home/someone/.berth', nothing)).toEqual(linkFor('/home/someone/.berth', nothing));
});

test('every link has two ends in one block of four, whose addresses no environment may reach, and a name that fits', () => {
  fc.assert(
    fc.property(fc.string(), (directory) => {
      const { name, machine, node } = linkFor(directory, nothing);
      const last = (address: string) => Number(address.split('.').at(-1));
      expect(name.length).toBeLessThanOrEqual(15);
      expect([last(machine.ipv4) % 4, last(node.ipv4) % 4]).toEqual([1, 2]);
      expect(last(node.ipv4)).toBe(last(machine.ipv4) + 1);
      for (const address of [machine.ipv4, node.ipv4]) expect(isForbidden(`${address}/32`)).toBe(true);
      for (const address of [machine.ipv6, node.ipv6]) expect(isForbidden(`${address}/128`)).toBe(true);
    }),
  );
});

test('addresses that the machine has already are left alone', () => {
  const taken = new Set<string>();
  const links = Array.from({ length: 20 }, () => {
    const link = linkFor('/same', taken);
    taken.add(link.machine.ipv4);
    return link.name;
  });

  expect(new Set(links).size).toBe(20);
});
