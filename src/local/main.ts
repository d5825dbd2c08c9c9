import { once } from 'node:events';
import { asJson, asText } from './announcement.ts';
import { onInterrupt, StopRequested } from './interrupts.ts';
import { cgroupOf, removeCgroup } from './node/cgroup.ts';
import { parseOptions, type StartOptions, USAGE } from './options.ts';
import { Supervisor } from './processes/supervisor.ts';
import { progressOn } from './progress.ts';
import { emptyState, holdStateDirectory, stateDirectoryOf } from './state-directory.ts';
import { UserError } from './user-error.ts';

const progress = progressOn(process.stderr);

/** Runs until it is stopped; throws {@link StopRequested} then, and {@link UserError} when it cannot go on. */
async function main(options: StartOptions): Promise<never> {
  // Loaded late, for it takes a while, and before --fresh forgets anything.
  if (options.pools.length > 0) await (await import('./pools.ts')).checkPools(options);
  const path = stateDirectoryOf(process.env, process.cwd());
  const held = holdStateDirectory(path);
  const supervisor = new Supervisor(path);
  onInterrupt(
    () => {
      progress.say('Stopping …');
      supervisor.abort(new StopRequested());
    },
    () => process.exit(130),
  );
  process.on('exit', () => {
    supervisor.killAll();
    held.release();
  });

  try {
    const ended = await supervisor.endLeftovers();
    if (ended.length > 0) progress.say(`Ended what a former start had left running: ${ended.join(', ')}.`);
    if (options.fresh) emptyState(path);
    // Loaded late, for it takes a second: whoever mistypes an option need not wait for it.
    const { bringUp } = await import('./run.ts');
    const announcement = await bringUp(options, {
      supervisor,
      stateDirectory: path,
      environment: process.env,
      progress,
    });
    process.stdout.write(options.json ? asJson(announcement) : asText(announcement));
    await once(supervisor.signal, 'abort');
    throw supervisor.signal.reason;
  } finally {
    await supervisor.stop();
    removeCgroup(cgroupOf(path));
  }
}

// A terminal that has gone must not keep us from ending our children.
for (const stream of [process.stdout, process.stderr]) stream.on('error', () => undefined);

try {
  const options = parseOptions(process.argv.slice(2));
  if (options.help) process.stdout.write(USAGE);
  else await main(options);
} catch (error) {
  if (error instanceof StopRequested) {
    progress.say('Stopped.');
    process.exit(0);
  }
  progress.say(error instanceof UserError ? error.message : `Berth failed, which is a bug in it: ${describe(error)}`);
  process.exit(1);
}

function describe(error: unknown): string {
  return error instanceof Error ? (error.stack ?? error.message) : String(error);
}
