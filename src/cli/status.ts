import type { Environment } from '../environment/environment.ts';
import { Api } from './api.ts';
import type { Command } from './command.ts';
import { environmentTable, environmentText } from './environment-text.ts';
import { read } from './usage.ts';

const usage = `Usage: berth status [PROJECT]

Shows one environment with its steps and what it may reach; without a project, lists all open ones that you may see.

  --dev-id ID          whose, where you are an administrator
  --json               print the environment, or a list of them, as JSON
`;

const OPTIONS = { 'dev-id': { type: 'string' }, json: { type: 'boolean' } } as const;

async function run(args: readonly string[]): Promise<number> {
  const { options, words } = read(args, OPTIONS, ['[PROJECT]']);
  const { json = false, 'dev-id': devId = process.env.BERTH_DEV_ID || undefined } = options;
  const api = new Api(process.env);
  const [project = ''] = words;
  if (project !== '') {
    const environment = await api.get<Environment>('/environments/status', { ...(await api.identity(project, devId)) });
    process.stdout.write(json ? `${JSON.stringify(environment)}\n` : environmentText(environment));
    return 0;
  }
  const environments = await all(api, devId);
  if (json) process.stdout.write(`${JSON.stringify(environments)}\n`);
  else if (environments.length > 0) process.stdout.write(environmentTable(environments));
  else process.stderr.write('There are no environments: `berth start PROJECT` starts one.\n');
  return 0;
}

async function all(api: Api, devId: string | undefined): Promise<Environment[]> {
  const environments: Environment[] = [];
  const whose = devId === undefined ? {} : { dev_id: devId };
  for (let page: string | undefined = ''; page !== undefined; ) {
    const query = { ...whose, limit: '200', ...(page !== '' && { page }) };
    const answer: { environments: Environment[]; next_page?: string } = await api.get('/environments/status', query);
    environments.push(...answer.environments);
    page = answer.next_page;
  }
  return environments;
}

export const status: Command = { usage, run };
