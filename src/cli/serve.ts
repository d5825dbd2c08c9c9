import { Failure } from './command.ts';
import { read } from './usage.ts';

/** A part of Berth that serves until it is told to end. */
export interface Part {
  /** Such as `worker`. */
  name: string;
  /** Reads its environment variables; throws an error with a sentence where they are missing or wrong. */
  configure(variables: NodeJS.ProcessEnv): unknown;
  /** Runs it in this process. */
  run(): Promise<unknown>;
}

/**
 * Runs a part of Berth here, as its environment variables say.
 * @throws UsageError or Failure, where it cannot even be begun
 */
export async function serve({ name, configure, run }: Part, args: readonly string[]): Promise<number> {
  read(args, {});
  try {
    await configure(process.env);
  } catch (error) {
    if (!(error instanceof Error)) throw error;
    throw new Failure(`${error.message} \`berth ${name} --help\` names all variables.`);
  }
  try {
    await run();
  } catch (error) {
    if (!isUnreachable(error)) throw error;
    const { BERTH_TEMPORAL_ADDRESS: address } = process.env;
    throw new Failure(`Temporal cannot be reached at ${address}: start it, or set BERTH_TEMPORAL_ADDRESS.`);
  }
  return 0;
}

/** As the worker's library says it; the client's tries again by itself. */
function isUnreachable(error: unknown): boolean {
  return error instanceof Error && error.name === 'TransportError';
}
