import { parseArgs } from 'node:util';
import { DURATION, durationMs } from '../../src/environment/duration.ts';
import { UserError } from '../../src/local/user-error.ts';

/** How a launch is played. */
export interface SurgeOptions {
  /** How many come, each once. */
  developers: number;
  /** Within how many milliseconds, at even intervals. */
  overMs: number;
  /** The directory that the report is written to. */
  report: string;
  /** Only as it is meant to be, and not beside it what each part is worth. */
  once: boolean;
  help: boolean;
}

export const USAGE = `Usage: npm run surge -- [options]

Plays a launch on servers of its own, as npm start has them with a simulated node: developers come at even intervals, and each
runs the published client, unchanged but for its URL, its token and who it is. Played four times: as it is meant to be, with a
pool that an entry of the calendar has filled before, and with workers and API servers that scale; then without the one, without
the other, and with neither, to tell how many times as long callers wait without each.

  --developers N   how many come (default: 300)
  --over DURATION  within what time (default: 20s)
  --report DIR     where surge.html and surge.json are written to (default: .berth/surge)
  --once           only as it is meant to be
  --help           show this
`;

const MOST_DEVELOPERS = 1000;

/** @throws UserError for an unknown option or a value that cannot be */
export function parseOptions(args: readonly string[]): SurgeOptions {
  const { developers, over, report, once, help } = readArguments(args);
  const count = /^\d+$/.test(developers) ? Number(developers) : 0;
  if (count < 1 || count > MOST_DEVELOPERS)
    throw new UserError(`--developers needs a number from 1 to ${MOST_DEVELOPERS}, not "${developers}".`);
  if (!DURATION.test(over)) throw new UserError(`--over needs a duration such as 20s, not "${over}".`);
  return { developers: count, overMs: durationMs(over), report, once, help };
}

function readArguments(args: readonly string[]) {
  try {
    return parseArgs({
      args: [...args],
      options: {
        developers: { type: 'string', default: '300' },
        over: { type: 'string', default: '20s' },
        report: { type: 'string', default: '.berth/surge' },
        once: { type: 'boolean', default: false },
        help: { type: 'boolean', short: 'h', default: false },
      },
    }).values;
  } catch (error) {
    throw new UserError(`${error instanceof Error ? error.message : error} --help lists the options.`);
  }
}
