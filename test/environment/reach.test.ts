import { describe, expect, it } from 'vitest';
import { FORBIDDEN_RANGES } from '../../src/environment/destination.ts';
import { queued } from '../../src/environment/queued.ts';
import { reachOf } from '../../src/environment/reach.ts';
import { fullRecipe } from './recipes.ts';

const { guards } = fullRecipe();

describe('what an environment may reach', () => {
  it('is shown from the first moment on, destination by destination', () => {
    const specification = {
      dev_id: 'ada',
      project: 'shop',
      template: { name: 'full', digest: 'sha256:0' },
      parameters: {},
      ttl: '8h',
      recipe: fullRecipe(),
    };

    const { dns, within, destinations } = queued(specification, new Date()).may_reach;

    expect({ dns, within }).toEqual({ dns: true, within: true });
    expect(destinations[0]).toEqual({ name: 'registry', cidr: '203.0.113.0/24', ports: [443, 8443], protocol: 'TCP' });
    expect(destinations[1]).toMatchObject({ name: 'everywhere', protocol: 'UDP', cidr: '0.0.0.0/0' });
    expect(destinations.map(({ name }) => name)).toEqual(['registry', 'everywhere', 'everywhere6']);
  });

  it('says which blocks within a destination it does not reach: all that are forbidden, of its own kind', () => {
    const [, everywhere, everywhere6] = reachOf(guards).destinations;
    const isIpv6 = (block: string): boolean => block.includes(':');

    expect(everywhere?.except).toEqual(FORBIDDEN_RANGES.filter((range) => !isIpv6(range)));
    expect(everywhere6?.except).toEqual(FORBIDDEN_RANGES.filter(isIpv6));
  });

  it('is nothing where the guards let nothing through', () => {
    const egress = { dns: false, within: false, destinations: {} };

    expect(reachOf({ ...guards, egress })).toEqual({ dns: false, within: false, destinations: [] });
  });
});
