import fc from 'fast-check';
import { describe, expect, it, test } from 'vitest';
import { isForbiddenAddress } from '../../src/environment/destination.ts';
import { ESSENTIAL } from '../../src/environment/proof.ts';
import { checksOf, mayReach } from '../../src/environment/proof-checks.ts';
import type { Guards } from '../../src/environment/recipe.ts';
import { fullRecipe } from './recipes.ts';

const OUTSIDE = { address: '203.0.113.10', port: 443 };
const ipv4 = fc.oneof(fc.ipV4(), fc.constantFrom('10.0.0.1', '169.254.169.254', '172.16.0.1', '192.168.255.255'));

function guards(egress: Partial<Guards['egress']> = {}): Guards {
  const base = fullRecipe().guards;
  return { ...base, egress: { dns: true, within: true, destinations: {}, ...egress } };
}

function checkOf(name: string, given: Guards, outside = OUTSIDE) {
  return checksOf(given, outside).find((check) => check.name === name);
}

describe('the checks of an environment', () => {
  test('try what no environment may reach as closed, whatever its template allows', () => {
    const all = { cidr: '0.0.0.0/0', ports: [80, 443, 7701], protocol: 'TCP' as const };
    const allowed = guards({ destinations: { everywhere: all } });

    for (const name of [...ESSENTIAL, 'to-metadata-service'])
      expect(checkOf(name, allowed)).toMatchObject({ expected: 'closed' });
    expect(checkOf('to-own-node', allowed)).toMatchObject({ expected: 'observed' });
  });

  test.each([true, false])('try names and its own pods as the template says: %s', (isAllowed) => {
    const expected = isAllowed ? 'open' : 'closed';

    expect(checkOf('names', guards({ dns: isAllowed }))).toMatchObject({ expected });
    expect(checkOf('within', guards({ within: isAllowed }))).toMatchObject({ expected });
  });

  test('are named each by another name', () => {
    const destinations = fullRecipe().guards.egress.destinations;
    const names = checksOf(guards({ destinations }), OUTSIDE).map(({ name }) => name);

    expect(new Set(names).size).toBe(names.length);
  });
});

describe('an allowed destination', () => {
  const destination = (given: object) =>
    checkOf(
      'destination-one',
      guards({ destinations: { one: { cidr: '203.0.113.0/24', ports: [443, 8443], protocol: 'TCP', ...given } } }),
    );

  it('is tried at the address that the template names, at each of its ports', () => {
    const to = { place: 'address', address: '203.0.113.10', ports: [443, 8443], protocol: 'TCP' };

    expect(destination({ probe: '203.0.113.10' })).toMatchObject({ expected: 'open', to });
  });

  it.each(['203.0.113.7/32', '2001:db8::7/128'])('is tried at its only address: %s', (cidr) => {
    expect(destination({ cidr })).toMatchObject({ to: { place: 'address', address: cidr.split('/')[0] } });
  });

  it('is not tried where nobody knows at which of its addresses, and says so', () => {
    expect(destination({})).toMatchObject({ to: { place: 'unknown', why: expect.stringContaining('many addresses') } });
  });
});

describe('an address outside', () => {
  it('is not tried where none is configured, and says so', () => {
    const check = checksOf(guards(), undefined).find(({ name }) => name === 'to-outside');

    expect(check?.to).toEqual({ place: 'unknown', why: 'no address outside is configured' });
  });

  it('must be open exactly where the template lets TCP through to it', () => {
    const opens = (given: object) =>
      checkOf(
        'to-outside',
        guards({ destinations: { one: { cidr: '203.0.113.0/24', ports: [443], protocol: 'TCP', ...given } } }),
      )?.expected;

    expect(opens({})).toBe('open');
    expect(opens({ cidr: '203.0.114.0/24' })).toBe('closed');
    expect(opens({ ports: [80] })).toBe('closed');
    expect(opens({ protocol: 'UDP' })).toBe('closed');
  });

  test('is never open in a forbidden range, and always open elsewhere where everything is allowed', () => {
    const { egress } = guards({ destinations: { all: { cidr: '0.0.0.0/0', ports: [443], protocol: 'TCP' } } });
    fc.assert(
      fc.property(ipv4, (address) => {
        expect(mayReach(egress, { address, port: 443 })).toBe(!isForbiddenAddress(address));
      }),
    );
  });
});
