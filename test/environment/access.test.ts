import { describe, expect, it } from 'vitest';
import { accessFault } from '../../src/environment/access.ts';
import { STATES } from '../../src/environment/environment.ts';
import { accessSchema } from '../../src/environment/request.ts';

const identity = { dev_id: 'ada', project: 'shop' };

describe('access to an environment', () => {
  it('is there while it runs, and else is refused with what to do', () => {
    const open = STATES.filter((state) => accessFault(state) === undefined);

    expect(open).toEqual(['ready', 'degraded']);
    for (const state of STATES.filter((other) => !open.includes(other)))
      expect(accessFault(state)).toMatch(/^It\w* .*\. .*again/);
  });

  it('is for an hour where nothing else is asked', () => {
    expect(accessSchema.parse(identity)).toEqual({ ...identity, expires_in: '1h' });
  });

  it.each(['10m', '600s', '8h', '480m'])('may be asked for %s', (expires_in) => {
    expect(accessSchema.parse({ ...identity, expires_in })).toEqual({ ...identity, expires_in });
  });

  it.each([
    ['9m', 'must be from 10m to 8h'],
    ['599s', 'must be from 10m to 8h'],
    ['9h', 'must be from 10m to 8h'],
    ['30d', 'must be from 10m to 8h'],
    ['0h', 'must be a duration such as 30m or 8h'],
    ['for ever', 'must be a duration such as 30m or 8h'],
  ])('may not be asked for %s', (expires_in, message) => {
    const { error } = accessSchema.safeParse({ ...identity, expires_in });

    expect(error?.issues).toMatchObject([{ path: ['expires_in'], message }]);
  });
});
