import fc from 'fast-check';
import { expect, test } from 'vitest';
import { fairnessKey } from '../../src/environment/fairness.ts';
import { identities } from './samples.ts';

const MOST_BYTES = 64;

test('all projects of a developer share one turn, and no two developers do', () => {
  fc.assert(
    fc.property(identities, identities, (one, other) => {
      expect(fairnessKey(one) === fairnessKey(other)).toBe(one.dev_id === other.dev_id);
      expect(fairnessKey({ ...other, dev_id: one.dev_id })).toBe(fairnessKey(one));
    }),
  );
});

test('no key is longer than Temporal takes, nor empty, which is what all have that have none', () => {
  fc.assert(
    fc.property(identities, (identity) => {
      const bytes = Buffer.byteLength(fairnessKey(identity));
      expect(bytes).toBeGreaterThan(0);
      expect(bytes).toBeLessThanOrEqual(MOST_BYTES);
    }),
  );
});
