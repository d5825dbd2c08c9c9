import type { Play } from './play.ts';
import { ASLEEP } from './plays/asleep.ts';
import { CANARIES } from './plays/canary.ts';
import { CANCELLED } from './plays/cancelled.ts';
import { CAPACITY } from './plays/capacity.ts';
import { DRIFT } from './plays/drift.ts';
import { FAILED } from './plays/failed.ts';
import { LONG_LIVED } from './plays/long-lived.ts';
import { READY } from './plays/ready.ts';
import { SLOTS } from './plays/slot.ts';
import { SWEEPS } from './plays/sweep.ts';
import { TEARDOWN } from './plays/teardown.ts';

/** How every path is come by. */
export const PLAYS: readonly Play[] = [
  ...READY,
  ...FAILED,
  ...CANCELLED,
  ...LONG_LIVED,
  ...ASLEEP,
  ...DRIFT,
  ...TEARDOWN,
  ...CANARIES,
  ...SWEEPS,
  ...SLOTS,
  ...CAPACITY,
];
