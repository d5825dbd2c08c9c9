import type { V1Status } from '@kubernetes/client-node';
import { Failure } from '../command.ts';

/**
 * The exit code of a remote command, from what the cluster says when it has ended.
 * @param status `undefined` where the connection ended before
 * @throws Failure where it did not run to its end
 */
export function exitCodeOf(status: V1Status | undefined): number {
  if (status === undefined)
    throw new Failure('The connection to the pod broke off: see with `berth status` how it is.');
  if (status.status === 'Success') return 0;
  const code = status.details?.causes?.find(({ reason }) => reason === 'ExitCode')?.message;
  if (status.reason === 'NonZeroExitCode' && code !== undefined && /^\d{1,3}$/.test(code)) return Number(code);
  throw new Failure(`The command could not be run: ${status.message ?? 'the cluster does not say why'}.`);
}

/** Why a connection to a pod was not opened: the event that its socket had in place of one. */
export function notOpened(error: unknown, { pod }: { pod: string }): Failure {
  const { message } = error as { message?: string };
  const [, answered] = /Unexpected server response: (\d{3})/.exec(message ?? '') ?? [];
  const why = { '403': 'you may not do that there', '404': 'it is gone' }[answered ?? ''];
  return new Failure(
    `The pod ${pod} cannot be reached: ${why ?? message ?? 'the cluster does not say why'}. Try again.`,
  );
}
