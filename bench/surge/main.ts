// A launch, played on the whole system: see options.ts for what it is told, and summary.ts for what it comes to.
import { mkdirSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { cacheDirectory } from '../../src/local/install/cache.ts';
import { pythonWithRequests } from '../../src/local/install/requests.ts';
import { Supervisor } from '../../src/local/processes/supervisor.ts';
import { progressOn } from '../../src/local/progress.ts';
import { UserError } from '../../src/local/user-error.ts';
import { type Launch, play } from './launch.ts';
import { parseOptions, USAGE } from './options.ts';
import { pageOf } from './page.ts';
import { rowsOf, type Summary, summaryOf } from './summary.ts';
import { VARIANTS } from './variants.ts';
import { WORTH_HEADING, worthOf, worthRowsOf } from './worth.ts';

const progress = progressOn(process.stderr, 5000);

async function main(): Promise<void> {
  const options = parseOptions(process.argv.slice(2));
  if (options.help) {
    process.stdout.write(USAGE);
    return;
  }
  const directory = resolve(options.report);
  mkdirSync(directory, { recursive: true });
  const supervisor = new Supervisor(directory);
  const python = await pythonWithRequests({
    ...{ cache: cacheDirectory(process.env), environment: process.env, progress, supervisor },
  });
  const launches: Launch[] = [];
  for (const variant of options.once ? VARIANTS.slice(0, 1) : VARIANTS) {
    progress.say(`A launch, ${variant.name}:`);
    const launch = await play(variant, python, options, progress);
    launches.push(launch);
    tell(rowsOf(summaryOf(launch)));
    tellOdd(launch);
  }
  const summaries = launches.map(summaryOf);
  const worth = worthOf(launches);
  if (worth.length > 0) process.stdout.write(`${WORTH_HEADING}:\n`);
  tell(worthRowsOf(worth));
  const report = { options, summaries, worth, launches };
  writeFileSync(join(directory, 'surge.json'), `${JSON.stringify(report, undefined, 1)}\n`);
  writeFileSync(join(directory, 'surge.html'), pageOf(launches, options.overMs));
  progress.say(`The report is in ${join(directory, 'surge.html')} and ${join(directory, 'surge.json')}.`);
  if (!summaries.every(isWell)) process.exitCode = 1;
}

/** Everybody has what they came for, and nothing is left of it. */
function isWell({ succeeded, developers, leftOver }: Summary): boolean {
  return succeeded === developers && leftOver === 0;
}

function tell(rows: readonly [string, string][]): void {
  for (const [name, value] of rows) process.stdout.write(`${name.padEnd(36)}${value}\n`);
}

function tellOdd({ calls, left }: Launch): void {
  for (const { developer, printed } of calls.filter(({ succeeded }) => !succeeded).slice(0, 5))
    progress.say(`${developer}'s client printed: ${printed}`);
  for (const name of left.slice(0, 20)) progress.say(`Left over: ${name}`);
}

try {
  await main();
} catch (error) {
  if (!(error instanceof UserError)) throw error;
  progress.say(error.message);
  process.exitCode = 2;
}
