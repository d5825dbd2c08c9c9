import type { z } from 'zod';
import { type ProblemError, refuse } from './problems.ts';

/** Enough to learn from; a request of nonsense is not answered with many times as much. */
const MOST_FAULTS = 20;

/**
 * Checks what came in against a schema.
 * @throws ProblemError with 400 that lists the faults with their places
 */
export function validate<S extends z.ZodType>(schema: S, input: unknown): z.infer<S> {
  const parsed = schema.safeParse(input);
  if (parsed.success) return parsed.data;
  const faults = parsed.error.issues.flatMap((issue) => {
    const unknown = issue.code === 'unrecognized_keys' ? issue.keys : [];
    if (unknown.length > 0)
      return unknown.map((key) => ({ pointer: pointer([...issue.path, key]), detail: 'is not known here' }));
    return [{ pointer: pointer(issue.path), detail: issue.message }];
  });
  throw invalid(faults);
}

/** Refuses a request with its faults, each with its place. */
export function invalid(faults: { pointer: string; detail: string }[]): ProblemError {
  const errors = faults.slice(0, MOST_FAULTS);
  const places = errors.map(({ pointer, detail }) => `${pointer === '' ? 'the request' : pointer} ${detail}`);
  return refuse('invalid-request', `Correct this and send it again: ${places.join('; ')}.`, errors);
}

/** A place in a request, as a JSON Pointer (RFC 6901). */
export function pointer(path: readonly PropertyKey[]): string {
  return path.map((key) => `/${String(key).replaceAll('~', '~0').replaceAll('/', '~1')}`).join('');
}
