import type { MetricMeter } from '@temporalio/common';
import type { Slots } from '../../activities/dependencies.ts';

/** Counts what starts find where they look for a slot: one, one that another was faster to take, or none. */
export function countClaims(meter: MetricMeter, { shelf, isWhole, onClaim }: Slots): Slots {
  const claims = meter.createCounter('berth_claims', '', CLAIMS);
  return {
    isWhole,
    shelf: {
      candidates: (wanted) => shelf.candidates(wanted),
      putBack: (slot) => shelf.putBack(slot),
      lost: () => claims.add(1, { outcome: 'raced' }),
    },
    onClaim() {
      claims.add(1, { outcome: 'found' });
      onClaim();
    },
    onNone: () => claims.add(1, { outcome: 'none' }),
  };
}

const CLAIMS = 'What starts have found where they looked for a slot.';
