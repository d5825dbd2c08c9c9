import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import type { Launch } from '../../bench/surge/launch.ts';
import type { Summary } from '../../bench/surge/summary.ts';
import { WORTH_HEADING, type Worth } from '../../bench/surge/worth.ts';
import { REPOSITORY } from '../../src/local/repository.ts';
import { temporaryDirectory } from '../local/start-command.ts';

const DEVELOPERS = 10;

it("a launch is played: everybody's client prints success, all of them find a slot, nothing is left, and a report tells so", async () => {
  const report = temporaryDirectory();
  const surge = spawn(
    process.execPath,
    [
      join(REPOSITORY, 'bench', 'surge', 'main.ts'),
      '--once',
      `--developers=${DEVELOPERS}`,
      '--over=2s',
      '--report',
      report,
    ],
    { stdio: ['ignore', 'pipe', 'pipe'] },
  );
  let printed = '';
  for (const stream of [surge.stdout, surge.stderr]) stream.on('data', (part) => (printed += part));
  const [code] = await once(surge, 'close');

  expect({ code, printed: code === 0 ? '' : printed }).toEqual({ code: 0, printed: '' });
  const { summaries, worth, launches } = JSON.parse(readFileSync(join(report, 'surge.json'), 'utf8')) as {
    summaries: Summary[];
    worth: Worth[];
    launches: Launch[];
  };
  expect(summaries).toMatchObject([{ succeeded: DEVELOPERS, refused: 0, warmShare: 1, leftOver: 0 }]);
  expect(launches[0]?.calls.map(({ from }) => from)).toEqual(Array(DEVELOPERS).fill('warm_pool'));
  expect(summaries[0]?.workers?.most).toBeGreaterThan(0);
  expect(summaries[0]?.apiServers?.most).toBeGreaterThan(0);
  expect(worth).toEqual([]);
  expect(printed).not.toContain(WORTH_HEADING);
  const page = readFileSync(join(report, 'surge.html'), 'utf8');
  expect(page).toContain(`${DEVELOPERS} of ${DEVELOPERS}`);
  expect(page.match(/<circle/g)).toHaveLength(DEVELOPERS);
});
