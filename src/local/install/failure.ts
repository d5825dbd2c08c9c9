import { systemErrorCode, UserError } from '../user-error.ts';
import { CommandFailure } from './command.ts';

const NO_SPACE = /no space left on device|ENOSPC|Disk quota exceeded/i;
const noNetwork =
  /dial tcp|no such host|i\/o timeout|network is unreachable|connection refused|TLS handshake|Temporary failure|Name or service not known|NewConnectionError|ConnectTimeout|ReadTimeout|ProxyError|from versions: none|proxyconnect/i;
const WRONG_HASH = /DO NOT MATCH THE HASHES|checksum mismatch|SECURITY ERROR/i;

/**
 * Says in one sentence why an installation failed, as far as what the tool said tells.
 *
 * @param what - what was being installed
 * @param cache - the cache directory
 */
export function explainFailure(what: string, cache: string, error: unknown): Error {
  const output = error instanceof CommandFailure ? error.output : error instanceof Error ? error.message : '';
  if (systemErrorCode(error) === 'ENOSPC' || NO_SPACE.test(output)) {
    return new UserError(
      `There is no space left to install ${what} in ${cache}: free about 8 GB, or set XDG_CACHE_HOME to a directory on a larger disk.`,
    );
  }
  if (WRONG_HASH.test(output)) {
    return new UserError(
      `What was downloaded for ${what} is not what this version of Berth pins, and was not used: check the proxy or mirror in between.`,
    );
  }
  if (noNetwork.test(output)) {
    return new UserError(
      `${what} could not be downloaded: check the network or proxy settings and run the command again (only the first start needs the network).`,
    );
  }
  if (!(error instanceof CommandFailure)) return error instanceof Error ? error : new Error(String(error));
  return new UserError(`${what} could not be installed (${error.message}); it said:\n${indent(lastOf(output))}`);
}

function lastOf(output: string): string[] {
  return output.split('\n').slice(-12);
}

function indent(lines: readonly string[]): string {
  return lines.map((line) => `  ${line}`).join('\n');
}
