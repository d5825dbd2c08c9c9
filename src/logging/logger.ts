import pino, { type Logger } from 'pino';
import { lineWithoutSecrets } from './secrets.ts';

/** What may be logged, from everything to nothing. */
export const LOG_LEVELS = ['trace', 'debug', 'info', 'warn', 'error', 'silent'] as const;
export type LogLevel = (typeof LOG_LEVELS)[number];

/** Causes of an error that are told with it. */
const MOST_CAUSES = 5;

/**
 * The log of a process: JSON lines on its standard output, without anything that looks like a secret.
 * @param known secrets of this process that are not recognised by their form
 */
export function createLogger(level: LogLevel, known: readonly string[] = []): Logger {
  const destination = pino.destination({ fd: 1, sync: true });
  const serializers = { err: toldError, error: toldError };
  const write = (line: string): void => void destination.write(lineWithoutSecrets(line, known));
  return pino({ level, serializers, timestamp: pino.stdTimeFunctions.isoTime }, { write });
}

/** What is told of an error: its own properties may be anything, a whole request with its headers too. */
function toldError(error: unknown, depth = 0): unknown {
  if (!(error instanceof Error)) return error;
  const { name: type, message, stack, cause } = error;
  const { code } = error as NodeJS.ErrnoException;
  const told = { type, message, stack, ...(code !== undefined && { code }) };
  return cause === undefined || depth === MOST_CAUSES ? told : { ...told, cause: toldError(cause, depth + 1) };
}
