/** Operations of Temporal's storage that change something: reads begin with Get, List, Read, Describe or Count. */
const READ = /^(Get|List|Read|Describe|Count)/;

/**
 * How often Temporal has written to its storage so far, in transactions.
 * @param metrics the URL of its metrics
 */
export async function persistenceWrites(metrics: string): Promise<number> {
  const text = await (await fetch(metrics)).text();
  return text
    .split('\n')
    .filter((line) => /^persistence_requests(_total)?\{/.test(line))
    .filter((line) => !READ.test(/operation="(\w+)"/.exec(line)?.[1] ?? ''))
    .reduce((sum, line) => sum + Number(line.split(' ').at(-1)), 0);
}
