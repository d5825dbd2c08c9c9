/** The most slots of one template, whatever asks for them. */
export const MOST_SLOTS = 1000;
