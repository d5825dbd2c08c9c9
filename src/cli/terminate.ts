import { abandonmentText } from '../environment/abandonment.ts';
import type { Environment } from '../environment/environment.ts';
import { Api } from './api.ts';
import type { Command } from './command.ts';
import { follow } from './follow.ts';
import { read } from './usage.ts';

const usage = `Usage: berth terminate PROJECT [--no-wait] [--abandon REASON]

Ends an environment, with all that is in it, and waits until nothing is left; meanwhile it shows what holds the rest.
It does not ask whether you are sure.

  --no-wait            ask for it, and do not wait
  --dev-id ID          whose, where you are an administrator
  --abandon REASON     for administrators, where it is stuck: end it though something is left, and say why
  --json               print the environment as JSON
`;

const OPTIONS = {
  'no-wait': { type: 'boolean' },
  'dev-id': { type: 'string' },
  abandon: { type: 'string' },
  json: { type: 'boolean' },
} as const;

async function run(args: readonly string[]): Promise<number> {
  const { options, words } = read(args, OPTIONS, ['PROJECT']);
  const { json = false, 'no-wait': leave = false, 'dev-id': devId, abandon } = options;
  const api = new Api(process.env);
  const asked = await api.post<Environment>('/environments/terminate', {
    ...(await api.identity(words[0] ?? '', devId)),
    ...(abandon !== undefined && { abandon }),
  });
  // Whatever runs under the same name and began later is somebody's new start.
  const isOver = ({ state, created_at }: Environment) =>
    ['terminated', 'failed'].includes(state) || created_at !== asked.created_at;
  const last = await follow(api, asked, (environment) => leave || isOver(environment));
  const environment = last.created_at === asked.created_at ? last : asked;
  process.stdout.write(json ? `${JSON.stringify(environment)}\n` : sentence(environment, leave));
  return 0;
}

function sentence({ project, state, abandoned }: Environment, leave: boolean): string {
  if (leave && state === 'terminating') return `${project} is being terminated.\n`;
  if (abandoned) return `${project} is ${state}, ${abandonmentText(abandoned)}\n`;
  return `${project} is ${state === 'terminating' ? 'terminated' : state}: nothing is left of it.\n`;
}

export const terminate: Command = { usage, run };
