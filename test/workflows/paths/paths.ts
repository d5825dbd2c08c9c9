import { ASLEEP_PATHS } from './asleep-paths.ts';
import { CANARY_PATHS } from './canary-paths.ts';
import { CAPACITY_PATHS } from './capacity-paths.ts';
import { DRIFT_PATHS } from './drift-paths.ts';
import { ENVIRONMENT_PATHS } from './environment-paths.ts';
import { SLOT_PATHS } from './slot-paths.ts';
import { SWEEP_PATHS } from './sweep-paths.ts';
import { TEARDOWN_PATHS } from './teardown-paths.ts';

/** Every path that is replayed, by the name of its file. */
export const PATHS = {
  ...ENVIRONMENT_PATHS,
  ...ASLEEP_PATHS,
  ...DRIFT_PATHS,
  ...TEARDOWN_PATHS,
  ...CANARY_PATHS,
  ...SWEEP_PATHS,
  ...SLOT_PATHS,
  ...CAPACITY_PATHS,
};
export type PathName = keyof typeof PATHS;
export const PATH_NAMES = Object.keys(PATHS) as PathName[];
