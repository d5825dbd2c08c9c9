/** A stop that was asked for: not a failure. */
export class StopRequested extends Error {
  override readonly name = 'StopRequested';
}

// npm passes a Ctrl-C on that the terminal has sent us as well.
const SAME_INTERRUPT_MS = 500;

/**
 * Calls `stop` on the first SIGINT, SIGTERM or SIGHUP, and `kill` on a later one.
 *
 * @param now - in milliseconds
 */
export function onInterrupt(stop: () => void, kill: () => void, now: () => number = () => performance.now()): void {
  let firstAt: number | undefined;
  const interrupted = (): void => {
    if (firstAt === undefined) {
      firstAt = now();
      stop();
    } else if (now() - firstAt > SAME_INTERRUPT_MS) {
      kill();
    }
  };
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, interrupted);
}
