// Plays paths through the workflows on real servers, and saves their histories: all, or those that are named. To be run
// on purpose only, since a history that is replaced no longer shows that workflows begun before a change go on after it.
import { hostname } from 'node:os';
import { onServers } from '../../../bench/servers.ts';
import { REPOSITORY } from '../../../src/local/repository.ts';
import { eventsOf, type SavedEvent, writeEvents } from './history-file.ts';
import { PATH_NAMES, PATHS, type PathName } from './paths.ts';
import type { Play } from './play.ts';
import { PLAYS } from './plays.ts';
import { mustNotTell, scrub } from './scrub.ts';
import { secretsOf } from './secrets.ts';
import { onStage, type Stage } from './stage.ts';
import { missedLandmark, trailOf } from './trail.ts';

const wanted = namesFrom(process.argv.slice(2));

/** It is swept by plays only, and soon. */
const SWEEPING = { BERTH_SWEEP_EVERY: 'never', BERTH_SWEEP_GRACE: '1s' };

await onServers(
  async ({ servers, stateDirectory, adminToken }) => {
    const secrets = {
      ...(await secretsOf(servers)),
      'the token of the API': adminToken,
      'the name of the host': `@${hostname()}`,
      'a path of this checkout': REPOSITORY,
      'a path of the servers': stateDirectory,
    };
    await onStage(servers, async (stage) => {
      const plays = PLAYS.filter(({ paths }) => paths.some((path) => wanted.includes(path)));
      const played = await Promise.allSettled(plays.map((play) => record(play, stage, secrets)));
      const failures = played.flatMap((result) => (result.status === 'rejected' ? [result.reason] : []));
      // Histories of one making, or none.
      if (failures.length > 0) throw new AggregateError(failures, 'Nothing is saved, since not every path was played.');
      for (const result of played) {
        if (result.status === 'rejected') continue;
        for (const [path, events] of result.value) if (wanted.includes(path)) writeEvents(path, events);
      }
    });
  },
  { workerVariables: SWEEPING, scales: true },
);
process.stdout.write(`Saved ${wanted.length} histories.\n`);

/** Plays, and takes down the history of each run, once it is sure that it went the way that it should. */
async function record(play: Play, stage: Stage, secrets: Record<string, string>): Promise<[PathName, SavedEvent[]][]> {
  const recorded: [PathName, SavedEvent[]][] = [];
  for (const [name, run] of Object.entries(await played(play, stage))) {
    const path = name as PathName;
    const events = scrub(eventsOf(await run.fetchHistory()));
    mustNotTell(JSON.stringify(events), secrets);
    const trail = trailOf(events);
    const missed = missedLandmark(trail, PATHS[path].landmarks);
    if (missed !== undefined) throw new Error(`${path} does not come by '${missed}': ${trail.join(', ')}.`);
    recorded.push([path, events]);
  }
  return recorded;
}

async function played({ paths, play }: Play, stage: Stage): ReturnType<Play['play']> {
  try {
    return await play(stage);
  } catch (error) {
    throw new Error(`${paths.join(' and ')} could not be played.`, { cause: error });
  }
}

function namesFrom(args: string[]): readonly PathName[] {
  const unknown = args.filter((name) => name !== '--all' && !Object.hasOwn(PATHS, name));
  if (unknown.length > 0)
    throw new Error(`There is no path ${unknown.join(', ')}. There are: ${PATH_NAMES.join(', ')}.`);
  if (args.length === 0) throw new Error('Name the paths whose histories are to be replaced, or --all of them.');
  return args.includes('--all') ? PATH_NAMES : (args as PathName[]);
}
