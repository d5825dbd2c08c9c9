import { statSync } from 'node:fs';
import { parseArgs } from 'node:util';
import { systemErrorCode, UserError } from './user-error.ts';

/** What `npm start` was asked to do. */
export interface StartOptions {
  readonly json: boolean;
  readonly fresh: boolean;
  readonly help: boolean;
  /** The API's port; undefined lets us choose. */
  readonly port: number | undefined;
  /** A context of the user's kubeconfig. */
  readonly context: string | undefined;
  /** `host:port` of a Temporal server. */
  readonly temporal: string | undefined;
  /** The directory of the templates; undefined for the built-in ones. */
  readonly templates: string | undefined;
  /** Of which templates environments wait to be claimed, and how many, such as `node=5`. */
  readonly pools: readonly string[];
  /** A simulated node, even where a real one could run. */
  readonly simulated: boolean;
  /** A real node that accepts network policies and ignores them, as many clusters do. */
  readonly unenforced: boolean;
}

export const USAGE = `Usage: npm start -- [options]

Starts Berth on servers of its own: Temporal, a Kubernetes control plane with a node, the worker and the API. The node is
a real one on Linux as root, which installs Debian packages, and a simulated one elsewhere: \`npm run doctor\` says which.
Ctrl-C stops everything; what it holds is kept in .berth (or BERTH_STATE_DIR) for the next start.

  --port N             the API's port (default: 7070, or a free one)
  --fresh              forget everything that former starts have kept
  --json               print one line of JSON when ready, for scripts; progress goes to stderr
  --context NAME       use the cluster of this context of your kubeconfig instead of the embedded control plane
  --temporal ADDRESS   use the Temporal server at this host:port instead of the embedded one
  --templates DIR      offer the templates in this directory instead of the built-in ones
  --pool TEMPLATE=N    keep N environments of this template ready to be claimed; again for another template
  --simulated          use a simulated node: workloads become ready, but no container runs, and nothing is installed
  --unenforced         use a real node that accepts network policies and ignores them, as many clusters do
  --help               show this
`;

/**
 * Reads the command line.
 *
 * @throws {@link UserError} for an unknown option or a value that cannot be
 */
export function parseOptions(args: readonly string[]): StartOptions {
  const values = readArguments(args);
  const { json = false, fresh = false, help = false, simulated = false, unenforced = false } = values;
  const { context, temporal, templates, pool: pools = [] } = values;
  if (context === '')
    throw new UserError('--context needs the name of a context: `kubectl config get-contexts` lists them.');
  if (temporal !== undefined && !/^[^\s/]+:\d+$/.test(temporal)) {
    throw new UserError(`--temporal needs an address as in localhost:7233, not "${temporal}".`);
  }
  if (templates !== undefined && !isDirectory(templates))
    throw new UserError(`--templates needs a directory, and "${templates}" is none.`);
  if (simulated && unenforced) throw new UserError('--unenforced is about a real node: leave out --simulated.');
  if (context !== undefined && (simulated || unenforced))
    throw new UserError('--context uses a cluster with nodes of its own: leave out --simulated and --unenforced.');
  return {
    json,
    fresh,
    help,
    port: parsePort(values.port),
    context,
    temporal,
    templates,
    pools,
    simulated,
    unenforced,
  };
}

function readArguments(args: readonly string[]) {
  try {
    return parseArgs({
      args: [...args],
      options: {
        json: { type: 'boolean' },
        fresh: { type: 'boolean' },
        help: { type: 'boolean', short: 'h' },
        port: { type: 'string' },
        context: { type: 'string' },
        temporal: { type: 'string' },
        templates: { type: 'string' },
        pool: { type: 'string', multiple: true },
        simulated: { type: 'boolean' },
        unenforced: { type: 'boolean' },
      },
    }).values;
  } catch (error) {
    if (!systemErrorCode(error)?.startsWith('ERR_PARSE_ARGS') || !(error instanceof Error)) throw error;
    const [what = 'The command line cannot be understood'] = error.message.split(/\.\s/);
    throw new UserError(`${what}: --help lists the options.`);
  }
}

function parsePort(text: string | undefined): number | undefined {
  if (text === undefined) return undefined;
  const port = /^\d+$/.test(text) ? Number(text) : 0;
  if (port < 1 || port > 65_535) throw new UserError(`--port needs a number from 1 to 65535, not "${text}".`);
  return port;
}

function isDirectory(path: string): boolean {
  return statSync(path, { throwIfNoEntry: false })?.isDirectory() === true;
}
