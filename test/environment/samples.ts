import fc from 'fast-check';
import type { Environment } from '../../src/environment/environment.ts';
import type { Identity } from '../../src/environment/identity.ts';

const ENDS = [...'abcdefghijklmnopqrstuvwxyz0123456789'];
const INNER = [...ENDS, '.', '_', '-', '@'];

/** Every text that names a developer or a project, short and long, plain and odd. */
export const identifiers = fc.oneof(
  fc.string({ unit: fc.constantFrom(...ENDS), minLength: 1, maxLength: 63 }),
  // Few letters and all the separators: here two different texts come closest to each other.
  fc
    .tuple(
      fc.constantFrom('a', 'b', '0'),
      fc.string({ unit: fc.constantFrom('a', '.', '_', '-', '@'), maxLength: 61 }),
      fc.constantFrom('a', 'b', '0'),
    )
    .map((parts) => parts.join('')),
  fc
    .tuple(
      fc.constantFrom(...ENDS),
      fc.string({ unit: fc.constantFrom(...INNER), maxLength: 61 }),
      fc.constantFrom(...ENDS),
    )
    .map((parts) => parts.join('')),
);

export const identities: fc.Arbitrary<Identity> = fc.record({ dev_id: identifiers, project: identifiers });

/** An environment as it is shown, with what a test cares about. */
export function environment(given: Partial<Environment> = {}): Environment {
  return {
    dev_id: 'ada',
    project: 'engine',
    state: 'queued',
    namespace: null,
    template: { name: 'default', digest: 'sha256:0' },
    parameters: {},
    ttl: '8h',
    may_reach: { dns: true, within: true, destinations: [] },
    provisioned_from: 'cold',
    created_at: '2026-01-01T00:00:00.000Z',
    steps: [],
    ...given,
  };
}
