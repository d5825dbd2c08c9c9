import { describe, expect, it } from 'vitest';
import { emptyRecord, withStarts } from '../../../src/capacity/demand-record.ts';
import { expectedSoon } from '../../../src/capacity/servers/expected.ts';
import { NOW } from '../observed.ts';

const BUCKET_MS = 300_000;
/** Of the last half hour, 60 starts in each five minutes. */
const record = withStarts(
  emptyRecord(NOW - 6 * BUCKET_MS),
  Array.from({ length: 360 }, (_, index) => ({ atMs: NOW - 6 * BUCKET_MS + index * 5000, template: 'node' })),
  NOW,
);
const nobody = { slots: [], roster: [] };
const calendar = (count: number) => ({
  slots: [{ template: 'node', count, reasons: ['Launch'] }],
  roster: [{ dev_id: 'ada', template: 'bare', untilMs: NOW + 1, reason: 'Workshop' }],
});

describe('the starts that servers are to expect', () => {
  it('are what the forecast says of all templates, also of those that have no pool', () => {
    const { perMinute, because } = expectedSoon(nobody, record);

    // Seven tenths of what is more than usual are expected to go on.
    expect(perMinute).toBeCloseTo(0.7 * 12);
    expect(because).toContain('forecast');
  });

  it('are those whom the calendar wants, where they are more: they raise what there is at the least, and set nothing', () => {
    expect(expectedSoon(calendar(99), record)).toEqual({
      perMinute: 100,
      because: 'The calendar wants them (Launch, Workshop)',
    });
    expect(expectedSoon(calendar(1), record).because).toContain('forecast');
  });
});
