/**
 * What is handed out first of all that waits in one queue: the smaller number. What names none has that of people, as have
 * runs that were begun before there were any.
 */
export const PRIORITY = { people: 3, refill: 4, removal: 5 } as const;
