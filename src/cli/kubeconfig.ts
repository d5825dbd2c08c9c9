import { randomUUID } from 'node:crypto';
import { readFile, rename, rm, writeFile } from 'node:fs/promises';
import type { Access } from '../api/environments/access.ts';
import { Api } from './api.ts';
import { type Command, Failure } from './command.ts';
import { read } from './usage.ts';

const usage = `Usage: berth kubeconfig PROJECT [--output FILE] [--expires-in DURATION]

Prints a kubeconfig that lets kubectl, and every other client, work in the environment's namespace, and nowhere else.
It holds a token: whoever has the file has your access, until it expires or the environment is terminated.

  --output FILE        write it there instead, so that only you can read it; replaces one that berth wrote before
  --expires-in DURATION  from 10m to 8h (default: 1h)
  --dev-id ID          whose, where you are an administrator
  --json               print it as JSON, with its namespace and when it expires
`;

const OPTIONS = {
  output: { type: 'string' },
  'expires-in': { type: 'string' },
  'dev-id': { type: 'string' },
  json: { type: 'boolean' },
} as const;

/** What files that we wrote begin with, so that nobody loses another one. */
const HEADING = '# Made by berth: ';

async function run(args: readonly string[]): Promise<number> {
  const { options, words } = read(args, OPTIONS, ['PROJECT']);
  const { output, 'expires-in': expiresIn, 'dev-id': devId, json = false } = options;
  const [project = ''] = words;
  if (output !== undefined) await mustBeOurs(output);
  const api = new Api(process.env);
  const identity = await api.identity(project, devId);
  const request = { ...identity, ...(expiresIn !== undefined && { expires_in: expiresIn }) };
  const access = await api.post<Access>('/environments/kubeconfig', request);
  const text = fileText(project, access);
  if (output === undefined) {
    process.stdout.write(json ? `${JSON.stringify(access)}\n` : text);
    return 0;
  }
  await writePrivately(output, text);
  const { namespace, expires_at } = access;
  if (json) process.stdout.write(`${JSON.stringify({ output, namespace, expires_at })}\n`);
  else process.stderr.write(`Valid until ${expires_at}: export KUBECONFIG=${output}\n`);
  return 0;
}

function fileText(project: string, { kubeconfig, expires_at }: Access): string {
  return `${HEADING}access to the environment ${project} until ${expires_at}.\n${kubeconfig}`;
}

async function mustBeOurs(file: string): Promise<void> {
  const content = await readFile(file, 'utf8').catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') return undefined;
    throw new Failure(`${file} cannot be written (${error.code}): choose another file.`);
  });
  if (content === undefined || content === '' || content.startsWith(HEADING)) return;
  throw new Failure(`${file} is there, and not from berth: choose another file, or delete it first.`);
}

/** Replaced as a whole: a file that others could read before is not written into. */
async function writePrivately(file: string, text: string): Promise<void> {
  const temporary = `${file}.${randomUUID()}`;
  try {
    await writeFile(temporary, text, { mode: 0o600, flag: 'wx' });
    await rename(temporary, file);
  } catch (error) {
    await rm(temporary, { force: true });
    throw new Failure(`${file} cannot be written (${(error as NodeJS.ErrnoException).code}): choose another file.`);
  }
}

export const kubeconfig: Command = { usage, run };
