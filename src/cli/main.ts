import { type Command, Failure } from './command.ts';
import { splitAtDashes, UsageError } from './usage.ts';

/** Each is loaded only when it is asked for: the cluster's client takes longer than most commands do. */
const COMMANDS: Record<string, () => Promise<Command>> = {
  start: async () => (await import('./start.ts')).start,
  status: async () => (await import('./status.ts')).status,
  shell: async () => (await import('./shell.ts')).shell,
  forward: async () => (await import('./forward.ts')).forward,
  kubeconfig: async () => (await import('./kubeconfig.ts')).kubeconfig,
  terminate: async () => (await import('./terminate.ts')).terminate,
  sweep: async () => (await import('./sweep.ts')).sweep,
  token: async () => (await import('./token.ts')).token,
  worker: async () => (await import('./worker.ts')).worker,
  api: async () => (await import('./api-server.ts')).api,
};

const USAGE = `Usage: berth COMMAND

  start PROJECT        start an environment, or find the one that runs, and wait until it is ready
  status [PROJECT]     show one environment, or list all that you may see
  shell PROJECT        open a shell in it, or run a command there
  forward PROJECT PORT reach one of its ports from this machine
  kubeconfig PROJECT   get short-lived access to its namespace, for kubectl and others
  terminate PROJECT    end it, and wait until nothing is left of it
  sweep                take up what was lost, undo what was never finished, for an administrator
  token                make, list and revoke the tokens of the API, where Berth runs
  worker               run a worker here, for who operates Berth
  api                  run an API server here, for who operates Berth

\`berth COMMAND --help\` says more. All but the last three take:

  BERTH_API            the API's URL (default: http://127.0.0.1:7070)
  BERTH_TOKEN          your token; or BERTH_TOKEN_FILE, a file that holds it
  BERTH_DEV_ID         whose environments, for an administrator; or --dev-id

The exit code is 0 where it was done, 1 where it could not be, 2 where the command line is wrong; shell passes on that of
its command.
`;

async function run([name, ...args]: readonly string[]): Promise<number> {
  const command = Object.hasOwn(COMMANDS, name ?? '') ? COMMANDS[name ?? ''] : undefined;
  const wantsHelp = [name, ...splitAtDashes(args).own].some((word) => word === '--help' || word === '-h');
  if (command === undefined) {
    if (!wantsHelp && name !== 'help')
      throw new UsageError(
        `The command must be one of ${Object.keys(COMMANDS).join(', ')}: \`berth --help\` says more.`,
      );
    process.stdout.write(USAGE);
    return 0;
  }
  const { usage, run: perform } = await command();
  if (!wantsHelp) return await perform(args);
  process.stdout.write(usage);
  return 0;
}

try {
  process.exitCode = await run(process.argv.slice(2));
} catch (error) {
  if (!(error instanceof UsageError || error instanceof Failure)) throw error;
  process.stderr.write(`${error.message}\n`);
  process.exitCode = error instanceof UsageError ? 2 : 1;
}
