import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { decide, type Known, type Ours } from '../../src/environment/sweep/decide.ts';
import { emptyReport, isTold, type SweepReport, withFinding, withinLimit } from '../../src/environment/sweep/report.ts';

const GRACE_MS = 600_000;
const NOW = new Date('2026-01-31T12:00:00Z');
const past = fc.integer({ min: 0, max: 100 * 86_400_000 }).map((ms) => new Date(NOW.getTime() - ms));

const ours: fc.Arbitrary<Ours> = fc.record(
  {
    mark: fc.constant('ours' as const),
    wasEverReady: fc.boolean(),
    createdAt: past,
    deadlineMs: fc.integer({ min: 1000, max: 86_400_000 }),
    deletedAt: past,
    workflow: fc.constantFrom('its own' as const, 'of another life' as const, 'none' as const),
    teardown: fc.constantFrom('open' as const, 'over' as const, 'none' as const),
    isBeside: fc.boolean(),
  },
  { requiredKeys: ['mark', 'wasEverReady', 'createdAt', 'deadlineMs', 'workflow', 'teardown'] },
);
const notOurs: fc.Arbitrary<Known> = fc
  .constantFrom('foreign' as const, 'neighbour' as const, 'unreadable' as const)
  .map((mark) => ({ mark }));
const anything = fc.oneof(ours, notOurs);

describe('what is decided of a namespace', () => {
  it('touches none that is not ours, or cannot be read; and says so of what cannot be read', () => {
    fc.assert(
      fc.property(notOurs, (known) => {
        expect(['keep', 'foreign']).toContain(decide(known, NOW, GRACE_MS).verdict);
      }),
    );
    expect(isTold(decide({ mark: 'unreadable' }, NOW, GRACE_MS))).toBe(true);
    expect(isTold(decide({ mark: 'foreign' }, NOW, GRACE_MS))).toBe(false);
  });

  it('never undoes what was ever ready, is being worked on, or has had no more time than its provisioning may take', () => {
    fc.assert(
      fc.property(anything, (known) => {
        if (decide(known, NOW, GRACE_MS).verdict !== 'undo') return;
        if (known.mark !== 'ours') throw new Error('It is not ours.');
        expect(known).toMatchObject({ wasEverReady: false, teardown: 'none' });
        expect(known.workflow).not.toBe('its own');
        expect(NOW.getTime() - known.createdAt.getTime()).toBeGreaterThan(known.deadlineMs + GRACE_MS);
      }),
    );
  });

  it('adopts exactly what was ever ready, whose environment nobody is at work on, and whose end nobody asked for', () => {
    fc.assert(
      fc.property(anything, (known) => {
        const isLost =
          known.mark === 'ours' &&
          known.wasEverReady &&
          known.deletedAt === undefined &&
          known.workflow === 'none' &&
          known.teardown === 'none';
        expect(decide(known, NOW, GRACE_MS).verdict === 'adopt').toBe(isLost);
      }),
    );
  });

  it('leaves nothing of ours in silence that nobody is at work on', () => {
    fc.assert(
      fc.property(ours, (known) => {
        const isSilent = !isTold(decide(known, NOW, GRACE_MS));
        const isAtWork = known.workflow === 'its own' || known.teardown === 'open' || known.deletedAt !== undefined;
        if (isSilent) expect(isAtWork).toBe(true);
      }),
    );
  });

  it('undoes in time whatever was never ready and stays without its workflow', () => {
    const later = new Date(NOW.getTime() + 86_400_000 + GRACE_MS + 1);
    fc.assert(
      fc.property(ours, ({ deletedAt: _, ...known }) => {
        const abandoned: Ours = { ...known, wasEverReady: false, teardown: 'none' };
        if (abandoned.workflow !== 'its own') expect(decide(abandoned, later, GRACE_MS).verdict).toBe('undo');
      }),
    );
  });

  it('tells of one beside that which its life has, and does nothing about it', () => {
    fc.assert(
      fc.property(ours, ({ deletedAt: _, slot: __, ...known }) => {
        const decision = decide({ ...known, workflow: 'its own', isBeside: true }, NOW, GRACE_MS);
        expect(decision).toMatchObject({ verdict: 'keep', isOdd: true });
      }),
    );
  });

  it('tells of one that is being torn down for long: somebody may have to give that up', () => {
    fc.assert(
      fc.property(ours, past, ({ deletedAt: _, ...known }, tornDownSince) => {
        const open: Ours = { ...known, workflow: 'none', teardown: 'open', tornDownSince };
        const { verdict, isOdd } = decide(open, NOW, GRACE_MS);
        expect(verdict).toBe('keep');
        expect(isOdd === true).toBe(NOW.getTime() - tornDownSince.getTime() > 600_000);
      }),
    );
  });

  it('tells of one that is being deleted for long, whatever else is known', () => {
    fc.assert(
      fc.property(ours, past, (known, deletedAt) => {
        const { verdict, isOdd } = decide({ ...known, deletedAt }, NOW, GRACE_MS);
        expect(verdict).toBe('keep');
        expect(isOdd === true).toBe(NOW.getTime() - deletedAt.getTime() > 600_000);
      }),
    );
  });
});

describe('how much a pass may end', () => {
  it('is at most 5 and at most 5 %, though always one: else nothing is, and an alarm says so', () => {
    const count = fc.integer({ min: 0, max: 300 });
    fc.assert(
      fc.property(count, fc.nat(10), count, count, (undo, missing, keep, adopt) => {
        const limited = withinLimit(passOf({ undo, missing, keep, adopt }));
        const ending = undo + missing;
        const isTooMuch = ending > 5 || (ending > 1 && ending > 0.05 * (ending + keep + adopt));
        expect(limited.alarm !== undefined).toBe(isTooMuch);
        expect(limited.counts).toMatchObject({ undo: isTooMuch ? 0 : undo, wait: isTooMuch ? undo : 0, adopt });
        expect(limited.findings.some(({ verdict }) => verdict === 'undo')).toBe(!isTooMuch && undo > 0);
        expect(withinLimit(limited)).toEqual(limited);
      }),
    );
  });

  it('counts whose namespaces are missing, and says that the cluster may be another one', () => {
    const { alarm, counts } = withinLimit(passOf({ missing: 6, keep: 300 }));
    expect(alarm).toMatch(/^6 of 306 namespaces would be undone, or are missing \(6\), .* the right cluster/);
    expect(counts).toMatchObject({ missing: 6 });
  });

  it('does not grow by namespaces that are not ours', () => {
    expect(withinLimit(passOf({ undo: 2, foreign: 1000 })).alarm).toContain('2 of 2 namespaces');
  });

  it('is told in a report that does not grow with what is found', () => {
    expect(passOf({ adopt: 5000 }).findings).toHaveLength(200);
    expect(passOf({ adopt: 5000 }).counts.adopt).toBe(5000);
  });
});

function passOf(counts: Partial<SweepReport['counts']>): SweepReport {
  const findings = Object.entries(counts).flatMap(([verdict, count]) =>
    Array.from({ length: count }, (_, index) => ({
      namespace: `dev-${verdict}-${index}`,
      verdict: verdict as keyof SweepReport['counts'],
      reason: 'test',
    })),
  );
  // The last to be found are those to be undone: what is found first is listed.
  const ordered = findings.toSorted((one, other) => Number(other.verdict === 'undo') - Number(one.verdict === 'undo'));
  return ordered.reduce(withFinding, emptyReport(NOW, false));
}
