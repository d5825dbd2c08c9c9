import fc from 'fast-check';
import { describe, expect, it, test } from 'vitest';
import { conclude, ESSENTIAL, type Finding, judge, proofFault, type Sighting } from '../../src/environment/proof.ts';
import { proofLines } from '../../src/environment/proof-text.ts';

const AT = new Date('2026-01-01T00:00:00Z');
const expectations = fc.constantFrom('closed' as const, 'open' as const, 'observed' as const);
const sightings = fc.array(
  fc.record({ place: fc.string(), open: fc.boolean(), control: fc.constantFrom(true, false, undefined) }),
  { minLength: 1 },
);

function seen(open: boolean, control?: boolean): Sighting {
  return { place: 'there', open, control };
}

function finding(name: string, given: Partial<Finding> = {}): Finding {
  return { name, expected: 'closed', seen: 'closed', control: 'open', verdict: 'proved', note: 'there', ...given };
}

describe('a place that must be closed', () => {
  it('is proved by silence only where the control is answered', () => {
    expect(judge('it', 'closed', [seen(false, true)]).verdict).toBe('proved');
    expect(judge('it', 'closed', [seen(false, false)]).verdict).toBe('unproven');
    expect(judge('it', 'closed', [seen(false)]).verdict).toBe('unproven');
  });

  it('is refuted by any answer, whatever the control says', () => {
    for (const control of [true, false, undefined])
      expect(judge('it', 'closed', [seen(true, control)]).verdict).toBe('refuted');
  });
});

describe('a place that must be open', () => {
  it('is proved by any answer', () => {
    for (const control of [true, false, undefined])
      expect(judge('it', 'open', [seen(true, control)]).verdict).toBe('proved');
  });

  it('is refuted by silence where the control is answered: else nobody may be there', () => {
    expect(judge('it', 'open', [seen(false, true)]).verdict).toBe('refuted');
    expect(judge('it', 'open', [seen(false, false)])).toMatchObject({
      verdict: 'unproven',
      note: 'nothing answers at there',
    });
  });
});

describe('the judgement of several places', () => {
  test('is refuted by one of them, however many others are as they must be', () => {
    fc.assert(
      fc.property(fc.constantFrom('closed' as const, 'open' as const), sightings, fc.nat(), (expected, others, at) => {
        const wrong = { place: 'wrong', open: expected === 'closed', control: true };
        const found = judge('it', expected, others.toSpliced(at % (others.length + 1), 0, wrong));
        expect(found.verdict).toBe('refuted');
      }),
    );
  });

  test('is proved only where each of them alone is', () => {
    fc.assert(
      fc.property(expectations, sightings, (expected, all) => {
        const each = all.map((one) => judge('it', expected, [one]).verdict);
        const isProved = judge('it', expected, all).verdict === 'proved';
        expect(isProved).toBe(each.every((verdict) => verdict === 'proved'));
      }),
    );
  });

  test('does not depend on their order', () => {
    fc.assert(
      fc.property(expectations, sightings, (expected, all) => {
        expect(judge('it', expected, all.toReversed()).verdict).toBe(judge('it', expected, all).verdict);
      }),
    );
  });

  test('of what is only observed promises nothing', () => {
    fc.assert(
      fc.property(sightings, (all) => {
        expect(judge('it', 'observed', all).verdict).toBe('observed');
      }),
    );
  });

  test('stays small, however many they are', () => {
    const many = Array.from({ length: 400 }, (_, port) => ({ place: `203.0.113.10:${port}/TCP`, open: false }));
    const { note = '' } = judge('it', 'closed', many);
    expect(note).toMatch(/, 394 more$/);
    expect(note.length).toBeLessThan(250);
  });
});

describe('a proof', () => {
  const essential = ESSENTIAL.map((name) => finding(name));

  it('says that the cluster isolates where all that is essential is proved, and nothing is refuted', () => {
    const proof = conclude([...essential, finding('to-metadata-service', { verdict: 'unproven' })], AT);

    expect(proof).toMatchObject({ enforced: true, verified_at: '2026-01-01T00:00:00.000Z' });
    expect(proofFault(proof)).toBeUndefined();
  });

  it.each(ESSENTIAL)('does not where it lacks %s', (name) => {
    for (const others of [
      essential.filter((found) => found.name !== name),
      essential.map((found) => (found.name === name ? finding(name, { verdict: 'unproven' }) : found)),
    ]) {
      expect(conclude(others, AT).enforced).toBe(false);
    }
  });

  it('does not where anything at all is refuted, and says what, and what to do', () => {
    const proof = conclude(
      [...essential, finding('to-outside', { verdict: 'refuted', note: '203.0.113.10:443/TCP' })],
      AT,
    );

    expect(proof.enforced).toBe(false);
    expect(proofFault(proof)).toMatch(
      /^This cluster does not enforce network policies: to-outside is open \(203\.0\.113\.10:443\/TCP\)\. Have its operator/,
    );
  });

  it('says of what is closed and should be open that it is so', () => {
    const closed = finding('destination-registry', { expected: 'open', verdict: 'refuted' });

    expect(proofFault(conclude([...essential, closed], AT))).toContain('destination-registry is closed (there)');
  });

  it('says of what could not be shown why', () => {
    const unknown = ESSENTIAL.map((name) => finding(name, { verdict: 'unproven', note: 'no packet is sent' }));

    expect(proofFault(conclude(unknown, AT))).toContain('could not be shown');
    expect(proofFault(conclude(unknown, AT))).toContain('to-cluster-api is unproven (no packet is sent)');
  });
});

test('a proof is told to people a line each, first what it comes to', () => {
  const proof = conclude(
    [
      finding('to-cluster-api', { seen: 'open', verdict: 'refuted', note: '10.96.0.1:443/TCP' }),
      finding('to-own-node', { expected: 'observed', seen: 'open', verdict: 'observed', note: 'its node:10250/TCP' }),
      { name: 'to-outside', expected: 'closed', verdict: 'unproven', note: 'no address outside is configured' },
    ],
    AT,
  );

  expect(proofLines(proof)).toEqual([
    'not isolated, as seen at 2026-01-01T00:00:00.000Z',
    'to-cluster-api: must be closed, was open: refuted (10.96.0.1:443/TCP)',
    'to-own-node: observed (its node:10250/TCP)',
    'to-outside: must be closed: unproven (no address outside is configured)',
  ]);
});
