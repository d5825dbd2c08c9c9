import { Exec, type KubeConfig, type V1Status } from '@kubernetes/client-node';
import { exitCodeOf, notOpened } from './outcome.ts';
import type { Target } from './pods.ts';

/**
 * Runs a command in a pod with the streams of this process; in a terminal of its own where this process has one, whose
 * size it follows.
 *
 * @returns the command's exit code
 * @throws Failure where it did not run to its end
 */
export async function execute(
  kubeConfig: KubeConfig,
  namespace: string,
  target: Target,
  command: readonly string[],
): Promise<number> {
  const { stdin, stdout, stderr } = process;
  // Where a stream is no terminal this is undefined, which the cluster would take for a yes.
  const isTerminal = Boolean(stdin.isTTY && stdout.isTTY);
  const ended = Promise.withResolvers<V1Status | undefined>();
  const { pod, container } = target;
  // In a terminal both outputs are one; keys such as Ctrl-C are for the command there.
  const errors = isTerminal ? null : stderr;
  if (isTerminal) stdin.setRawMode(true);
  try {
    const socket = await new Exec(kubeConfig)
      .exec(namespace, pod, container, [...command], stdout, errors, stdin, isTerminal, ended.resolve)
      .catch((error: unknown) => {
        throw notOpened(error, target);
      });
    // It is closed after the status has come, and without one where the connection breaks.
    socket.onclose = () => ended.resolve(undefined);
    return exitCodeOf(await ended.promise);
  } finally {
    if (isTerminal) stdin.setRawMode(false);
    stdin.pause();
  }
}
