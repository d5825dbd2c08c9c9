import type { Expected } from '../../capacity/calendar.ts';
import { type Awaited, DEFAULT_PROJECT } from '../../capacity/prepared.ts';
import { workflowId } from '../../environment/identity.ts';
import type { Workflows } from '../workflows.ts';
import { unlessUnread } from './read.ts';

/** So many environments are asked for at once. */
const AT_ONCE = 20;

/** Those whom the calendar awaits, and whether they have an environment by now, as far as that can be told. */
export async function awaitedNow(
  roster: readonly Expected[],
  workflows: Pick<Workflows, 'isOpen'>,
): Promise<Awaited[]> {
  const people = new Map<string, Omit<Awaited, 'isServed'>>();
  for (const { dev_id, project = DEFAULT_PROJECT, template, untilMs, reason } of roster) {
    const person = { dev_id, project, template, untilMs, reason };
    const before = people.get(workflowId(person));
    // The default may have been named as well: the longer hold counts.
    if (before === undefined || before.untilMs < untilMs) people.set(workflowId(person), person);
  }
  const awaited: Awaited[] = [];
  const all = [...people.values()];
  for (let from = 0; from < all.length; from += AT_ONCE) {
    const some = all.slice(from, from + AT_ONCE);
    const served = some.map(async (person) => {
      const isServed = await unlessUnread(workflowId(person), () => workflows.isOpen(person));
      return { ...person, ...(isServed !== undefined && { isServed }) };
    });
    awaited.push(...(await Promise.all(served)));
  }
  return awaited;
}
