/** How the system is prepared for a launch. */
export interface Variant {
  name: string;
  /** Whether an entry of the calendar has a slot ready for each who comes. */
  isPrewarmed: boolean;
  /** Whether there are more workers and API servers where there is more to do. */
  scales: boolean;
}

/**
 * As it is meant to be; without each part, to see what that is worth; and with neither, since a part may be worth something
 * only where the other is missing: where every slot is ready before, more workers have little to build.
 */
export const VARIANTS: readonly [Variant, ...Variant[]] = [
  { name: 'pre-warmed, and scaling', isPrewarmed: true, scales: true },
  { name: 'without pre-warming', isPrewarmed: false, scales: true },
  { name: 'without scaling', isPrewarmed: true, scales: false },
  { name: 'with neither', isPrewarmed: false, scales: false },
];
