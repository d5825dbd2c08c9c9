import { abandonmentText } from '../environment/abandonment.ts';
import type { Environment } from '../environment/environment.ts';
import type { Identity } from '../environment/identity.ts';
import { proofLines } from '../environment/proof-text.ts';
import { stepText } from '../environment/step-text.ts';

/** One line for the Temporal UI that never changes: whose environment, and what of. */
export function summary({ dev_id, project }: Identity, template: string): string {
  return `developer ${dev_id} · project ${project} · template ${template}`;
}

/** What an operator reads in the Temporal UI, in Markdown: the state, the place, and what is happening now. */
export function details(environment: Environment): string {
  const { dev_id, project, state, namespace, template, steps, isolation, abandoned, problem } = environment;
  return [
    `**${state}**${whatIsNext(environment)}`,
    `developer \`${dev_id}\`, project \`${project}\`, template \`${template.name}\` (\`${template.digest}\`)`,
    `namespace ${namespace === null ? 'not created yet' : `\`${namespace}\``}`,
    ...steps.map((step) => `- ${stepText(step)}`),
    ...(isolation ? proofLines(isolation).map((line) => `- ${line}`) : []),
    ...(abandoned ? [`**${abandonmentText(abandoned)}**`] : []),
    ...(problem ? [`${problem.title}: ${problem.detail}`] : []),
  ].join('\n\n');
}

function whatIsNext({ state, expires_at, retained_until }: Environment): string {
  if (state === 'ready' && expires_at !== undefined) return `, until ${expires_at}`;
  return state === 'asleep' ? `, and deleted at ${retained_until}` : '';
}
