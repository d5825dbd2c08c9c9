import type { Environment } from '../environment/environment.ts';
import { isAwake } from '../environment/sleep.ts';
import { Api } from './api.ts';
import { type Command, Failure } from './command.ts';
import { follow } from './follow.ts';
import { read, UsageError } from './usage.ts';

const usage = `Usage: berth start PROJECT [--template NAME] [--set NAME=VALUE]… [--ttl DURATION] [--no-wait]

Starts an environment, or finds the one that runs, and waits until it is ready. Interrupted, it goes on by itself.

  --template NAME      what it is made from (default: default, or what runs)
  --set NAME=VALUE     a parameter of the template; may be repeated. 2 is a number, true a truth value, "2" a text
  --ttl DURATION       how long it lives once it is ready, such as 30m or 8h
  --no-wait            ask for it, and do not wait
  --dev-id ID          for whom, where you are an administrator
  --json               print the environment as JSON
`;

const OPTIONS = {
  template: { type: 'string' },
  set: { type: 'string', multiple: true },
  ttl: { type: 'string' },
  'no-wait': { type: 'boolean' },
  'dev-id': { type: 'string' },
  json: { type: 'boolean' },
} as const;

async function run(args: readonly string[]): Promise<number> {
  const { options, words } = read(args, OPTIONS, ['PROJECT']);
  const [project = ''] = words;
  const { template, set = [], ttl, json = false, 'no-wait': leave = false, 'dev-id': devId } = options;
  const parameters = parametersOf(set);
  const api = new Api(process.env);
  const request = {
    ...(await api.identity(project, devId)),
    ...(template !== undefined && { template }),
    ...(set.length > 0 && { parameters }),
    ...(ttl !== undefined && { ttl }),
  };
  const asked = await api.post<Environment>('/environments/start', request);
  const environment = await follow(api, asked, ({ state }) => leave || hasSettled(state));
  const { problem } = environment;
  if (!leave && !isAwake(environment))
    throw new Failure(problem?.detail ?? 'It was terminated meanwhile. Start it again.');
  process.stdout.write(json ? `${JSON.stringify(environment)}\n` : sentence(environment));
  return 0;
}

/** Values as they look: templates tell the number 2 from the text "2". */
export function parametersOf(assignments: readonly string[]): Record<string, string | number | boolean> {
  return Object.fromEntries(
    assignments.map((assignment) => {
      const [, name, text] = /^([^=]+)=(.*)$/s.exec(assignment) ?? [];
      if (name === undefined || text === undefined) throw new UsageError('--set needs NAME=VALUE, such as cpu=2.');
      return [name, asTyped(text)];
    }),
  );
}

function asTyped(text: string): string | number | boolean {
  if (text === 'true' || text === 'false') return text === 'true';
  if (/^".*"$/s.test(text)) return text.slice(1, -1);
  return /^-?(?:0|[1-9]\d{0,14})$/.test(text) ? Number(text) : text;
}

function hasSettled(state: Environment['state']): boolean {
  return !['queued', 'provisioning', 'verifying'].includes(state);
}

function sentence({ project, state, namespace, expires_at, problem }: Environment): string {
  if (state === 'degraded')
    return `${project} runs in the namespace ${namespace}, until ${expires_at}: ${problem?.detail}\n`;
  if (state !== 'ready') return `${project} is ${state}: \`berth status ${project}\` shows how it goes.\n`;
  return `${project} is ready in the namespace ${namespace}, until ${expires_at}: \`berth shell ${project}\` opens a shell.\n`;
}

export const start: Command = { usage, run };
