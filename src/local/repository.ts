import { join } from 'node:path';

/** The checkout that this program runs from. */
export const REPOSITORY = join(import.meta.dirname, '..', '..');

/** The templates that come with it. */
export const BUILT_IN_TEMPLATES = join(REPOSITORY, 'templates');
