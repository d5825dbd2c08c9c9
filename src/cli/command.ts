/** A sub-command of `berth`. */
export interface Command {
  /** What `--help` prints. */
  usage: string;
  /**
   * Does it. stdout carries what was asked for and nothing else, so that a script can use it; stderr is for people.
   * @returns the exit code
   * @throws UsageError or Failure, each with a sentence for the person
   */
  run(args: readonly string[]): Promise<number>;
}

/** It could not be done. The message says what is wrong and what to do. */
export class Failure extends Error {
  override readonly name = 'Failure';
}
