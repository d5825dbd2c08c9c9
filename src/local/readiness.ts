import { connect } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { LOOPBACK } from './ports.ts';
import { UserError } from './user-error.ts';

/** How long to wait for something to become ready. */
export interface WaitOptions {
  /** Ends the wait with the signal's reason. */
  readonly signal: AbortSignal;
  /** @default 60000 */
  readonly timeoutMs?: number;
  /** @default 50 */
  readonly intervalMs?: number;
}

/**
 * Waits until a probe answers true; a probe that throws counts as "not yet".
 *
 * @param what - named in the error
 * @throws {@link UserError} when the time runs out, or the signal's reason
 */
export async function waitUntil(
  what: string,
  probe: () => boolean | Promise<boolean>,
  { signal, timeoutMs = 60_000, intervalMs = 50 }: WaitOptions,
): Promise<void> {
  const deadline = performance.now() + timeoutMs;
  let last = 'it did not answer';
  for (;;) {
    signal.throwIfAborted();
    try {
      if (await probe()) return;
    } catch (error) {
      last = error instanceof Error ? error.message : String(error);
    }
    if (performance.now() > deadline) {
      throw new UserError(`${what} was not ready within ${timeoutMs / 1000} s (${last}); run the command again.`);
    }
    await sleep(intervalMs);
  }
}

/** Whether something accepts connections on a loopback port. */
export function acceptsConnections(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect({ port, host: LOOPBACK });
    socket.once('connect', () => {
      socket.destroy();
      resolve(true);
    });
    socket.once('error', () => resolve(false));
  });
}
