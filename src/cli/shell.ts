import { Api } from './api.ts';
import type { Command } from './command.ts';
import { Entrance } from './remote/entrance.ts';
import { execute } from './remote/execute.ts';
import { findPod } from './remote/pods.ts';
import { read, splitAtDashes } from './usage.ts';

const usage = `Usage: berth shell PROJECT [POD] [-- COMMAND…]

Opens a shell in a pod of the environment, or runs a command there. Needs no kubectl. The exit code is the command's.

  POD                  the pod's name, or its name in the template (default: the first one that is ready)
  COMMAND…             what to run instead of a shell
  --dev-id ID          whose, where you are an administrator
`;

/** Access is needed only to begin: what runs then goes on. */
const ACCESS_FOR = '10m';
const SHELL = ['sh', '-c', 'if command -v bash >/dev/null; then exec bash; else exec sh; fi'];

async function run(args: readonly string[]): Promise<number> {
  const { own, rest } = splitAtDashes(args);
  const { options, words } = read(own, { 'dev-id': { type: 'string' } }, ['PROJECT', '[POD]']);
  const [project = '', pod = ''] = words;
  const api = new Api(process.env);
  const entrance = new Entrance(api, await api.identity(project, options['dev-id']), ACCESS_FOR);
  const { kubeConfig, namespace } = await entrance.open();
  const target = await findPod(kubeConfig, namespace, pod);
  return await execute(kubeConfig, namespace, target, rest.length > 0 ? rest : SHELL);
}

export const shell: Command = { usage, run };
