import { abandonmentText } from '../environment/abandonment.ts';
import type { Environment } from '../environment/environment.ts';
import { proofLines } from '../environment/proof-text.ts';
import { reachLines } from '../environment/reach-text.ts';
import { stepText } from '../environment/step-text.ts';
import { table } from './table.ts';

/** Environments, a line each; whose they are where there are several developers'. */
export function environmentTable(environments: readonly Environment[]): string {
  const others = new Set(environments.map(({ dev_id }) => dev_id)).size > 1;
  const rows = environments.map(({ dev_id, project, state, template, namespace, expires_at }) => [
    ...(others ? [dev_id] : []),
    project,
    state,
    template.name,
    namespace ?? '-',
    expires_at ?? '-',
  ]);
  return table([[...(others ? ['DEV_ID'] : []), 'PROJECT', 'STATE', 'TEMPLATE', 'NAMESPACE', 'EXPIRES_AT'], ...rows]);
}

/** All that there is to know of one environment. */
export function environmentText(environment: Environment): string {
  const { dev_id, project, state, namespace, template, parameters, may_reach, steps, isolation, problem } = environment;
  const { abandoned } = environment;
  const lines: [string, string[]][] = [
    ['namespace', [namespace ?? 'not created yet']],
    ['template', [`${template.name} (${template.digest})`]],
    ['parameters', Object.entries(parameters).map(([name, value]) => `${name}=${value}`)],
    ['created', [environment.created_at]],
    ['ready', environment.ready_at === undefined ? [] : [environment.ready_at]],
    ['expires', environment.expires_at === undefined ? [] : [environment.expires_at]],
    ['may reach', reachLines(may_reach)],
    ['steps', steps.map(stepText)],
    ['isolation', isolation === undefined ? [] : proofLines(isolation)],
    ['outcome', abandoned === undefined ? [] : [abandonmentText(abandoned)]],
    ['problem', problem === undefined ? [] : [problem.detail]],
  ];
  const rows = lines.flatMap(([name, values]) => values.map((value, index) => [index === 0 ? `  ${name}` : '', value]));
  return `${project} of ${dev_id}: ${state}\n${table(rows)}`;
}

/** What is new in an environment since it was last looked at, a line each. */
export function news(before: Environment | undefined, now: Environment): string[] {
  const known = new Set(before?.steps.map(stepText));
  const steps = now.steps.map(stepText).filter((text) => !known.has(text));
  return [
    ...steps.map((text) => `  ${text}`),
    ...(before?.state === now.state ? [] : [`${now.project}: ${now.state}`]),
  ];
}
