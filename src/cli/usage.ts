import { type ParseArgsOptionsConfig, parseArgs } from 'node:util';

/** The command line cannot be followed. The message is one sentence; it never quotes what may be a token. */
export class UsageError extends Error {
  override readonly name = 'UsageError';
}

/** What is said on the command line: options, and what stands without one. */
export interface Said<O extends ParseArgsOptionsConfig> {
  options: ReturnType<typeof parseArgs<{ options: O }>>['values'];
  /** As many as there may be; empty where it was left out. */
  words: string[];
}

/**
 * Reads a command line.
 * @param words what may stand without an option, in its order; in brackets what may be left out, such as `[PROJECT]`
 * @throws UsageError
 */
export function read<const O extends ParseArgsOptionsConfig>(
  args: readonly string[],
  options: O,
  words: readonly string[] = [],
): Said<O> {
  const { values, positionals } = parsed(args, options);
  const missing = words.slice(positionals.length).find((word) => !/^\[.*\]$/.test(word));
  if (missing !== undefined) throw new UsageError(`${missing} is missing: --help shows how to say it.`);
  if (positionals.length > words.length) throw new UsageError('There is a word too many: --help lists the options.');
  return { options: values, words: words.map((_, index) => positionals[index] ?? '') };
}

/** A command line, and what comes after its `--`: that is for somebody else to read. */
export function splitAtDashes(args: readonly string[]): { own: string[]; rest: string[] } {
  const at = args.indexOf('--');
  return at < 0 ? { own: [...args], rest: [] } : { own: args.slice(0, at), rest: args.slice(at + 1) };
}

function parsed<const O extends ParseArgsOptionsConfig>(args: readonly string[], options: O) {
  try {
    return parseArgs({ args: [...args], options, allowPositionals: true });
  } catch (error) {
    if (!(error instanceof TypeError)) throw error;
    const [what = 'The options cannot be understood'] = error.message.split(/\.?\s*\n|\.\s/);
    throw new UsageError(`${what.replace(/\.$/, '')}: --help lists the options.`);
  }
}
