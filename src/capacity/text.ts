import type { CapacityReport, PoolReport, PreparedReport } from './report.ts';
import type { ServersReport } from './servers/report.ts';

/** What an operator reads in the Temporal UI, in Markdown. */
export function capacityDetails({
  dry_run,
  headroom,
  pools,
  servers = [],
  prepared,
  prepared_counts,
}: CapacityReport): string {
  const room =
    headroom === undefined ? 'It cannot be told how much room there is' : `There is room for ${headroom} more`;
  return [
    `${dry_run ? 'Only planned. ' : ''}${room}.`,
    ...servers.map(serversText),
    ...pools.map(poolText),
    ...(prepared.length > 0 ? [`**By name**: ${countsText(prepared_counts)}`] : []),
    ...prepared.map((one) => `- ${preparedText(one)}`),
  ].join('\n\n');
}

function poolText({ template, plan, slots, usage, set_aside }: PoolReport): string {
  const { ready, making, broken, going } = slots;
  const { hits, misses, idle_slot_hours } = usage;
  return [
    `**${template}**: ${plan.desired} wanted; ${ready} ready, ${making} being made, ${broken} broken, ${going} going`,
    plan.reasons.join(' '),
    ...(set_aside === undefined ? [] : [`**Set aside: ${set_aside}**`]),
    `${hits} starts found a slot, ${misses} did not; ${idle_slot_hours} slot-hours idle since ${usage.since}`,
  ].join('\n\n');
}

const KINDS = { workers: 'Workers', api: 'API servers' };

function serversText({ kind, desired, running, reasons, failure }: ServersReport): string {
  const wanted = desired === undefined ? 'nothing is planned' : `${desired} wanted`;
  return [
    `**${KINDS[kind]}**: ${wanted}; ${running ?? 'nobody can tell how many'} run`,
    ...(reasons.length > 0 ? [reasons.join(' ')] : []),
    ...(failure === undefined ? [] : [`**It could not be done: ${failure}**`]),
  ].join('\n\n');
}

function countsText(counts: CapacityReport['prepared_counts']): string {
  return Object.entries(counts)
    .map(([state, count]) => `${count} ${state}`)
    .join(', ');
}

function preparedText({ dev_id, project, template, state, until, reason }: PreparedReport): string {
  return `\`${dev_id}\` / \`${project}\` (${template}): ${state}, held until ${until}: ${reason}`;
}
