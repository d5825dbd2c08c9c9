/**
 * Something that the person who ran the command can put right.
 *
 * The message is one sentence that says what is wrong and what to do; it is printed as it is, without a stack trace.
 */
export class UserError extends Error {
  override readonly name = 'UserError';
}

/** The code of a system error (`ENOSPC`, `EACCES` …), or undefined for anything else. */
export function systemErrorCode(error: unknown): string | undefined {
  return error instanceof Error && 'code' in error && typeof error.code === 'string' ? error.code : undefined;
}
