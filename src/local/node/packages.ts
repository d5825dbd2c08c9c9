import { runCommand } from '../install/command.ts';
import { explainFailure } from '../install/failure.ts';
import type { InstallOptions } from '../install/options.ts';

/**
 * Installs Debian packages into the system, which it names first.
 *
 * @throws {@link UserError} that says why it could not
 */
export async function installPackages(names: readonly string[], options: InstallOptions): Promise<void> {
  if (names.length === 0) return;
  const { progress, environment, supervisor, cache } = options;
  const what = names.join(', ');
  progress.say(`Installing Debian packages for a real node (--simulated does without): ${what} …`);
  const env = { ...environment, DEBIAN_FRONTEND: 'noninteractive' };
  const apt = (...args: string[]) =>
    runCommand('apt-get', ['-q', '-y', ...args], { env, supervisor, onLine: (line) => progress.update(line) });
  try {
    await apt('update');
    // Better none at all than one that drives out what somebody uses.
    await apt('install', '--no-install-recommends', '--no-remove', ...names);
  } catch (error) {
    supervisor.signal.throwIfAborted();
    throw explainFailure(what, cache, error);
  }
}
