/** How the system is prepared for a launch. */
export interface Variant {
  name: string;
  /** Whether an entry of the calendar has a slot ready for each who comes. */
  isPrewarmed: boolean;
  /** Whether there are more workers and API servers where there is more to do. */
  scales: boolean;
}

/** As it is meant to be; and without each part, to see what that is worth. */
export const VARIANTS: readonly [Variant, ...Variant[]] = [
  { name: 'pre-warmed, and scaling', isPrewarmed: true, scales: true },
  { name: 'without pre-warming', isPrewarmed: false, scales: true },
  { name: 'without scaling', isPrewarmed: true, scales: false },
];
