/** Who an environment is for, and what for: the pair names exactly one environment. */
export interface Identity {
  dev_id: string;
  project: string;
}

/**
 * 1 to 63 characters of `a–z`, `0–9`, `.`, `_`, `-`, `@`, beginning and ending with a letter or digit.
 * Whatever else is refused, never corrected: two spellings must not meet in one environment.
 */
export const IDENTIFIER = /^[a-z0-9](?:[a-z0-9._@-]{0,61}[a-z0-9])?$/;

/** The project of what is nobody's yet: it is no identifier, so that no start can ask for it. */
export const NOBODYS = '-';

/** The id of the workflow that is this environment. `/` is in no identifier, so no two pairs share an id. */
export function workflowId({ dev_id, project }: Identity): string {
  return `environment/${dev_id}/${project}`;
}

/** The id of the workflow that tears down what a life of it has made. */
export function teardownId({ dev_id, project }: Identity, run: string): string {
  return `teardown/${dev_id}/${project}/${run}`;
}

/** Whose workflow this is, where it is that of an environment or of its teardown. */
export function identityOf(id: string): Identity | undefined {
  const [kind, dev_id, project] = id.split('/');
  const isOne = kind === 'environment' || kind === 'teardown';
  return isOne && dev_id !== undefined && project !== undefined ? { dev_id, project } : undefined;
}
