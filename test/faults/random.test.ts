import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { expect, onTestFinished, test } from 'vitest';
import { temporaryDirectory } from '../local/start-command.ts';
import { inTurns } from './in-turns.ts';
import { Outages } from './outages.ts';
import { OwnTemporal } from './own-temporal.ts';
import { chooseTwo, WORKERS } from './random-faults.ts';
import { chooseLife } from './random-lives.ts';
import { closeRow } from './row.ts';
import { chosenSeed, seededRandom } from './seeded-random.ts';
import { Stage } from './stage.ts';
import { atStrength } from './strength.ts';

const LIVES = atStrength(6, 500);
const AT_ONCE = 25;
const TEST_MS = atStrength(300_000, 3_600_000);

const seed = chosenSeed();

test(`${LIVES} lives with two random faults each, some of which hit all others too, come to what they would have come to`, {
  timeout: TEST_MS,
  meta: { fault: 'two at once, random' },
}, async ({ task }) => {
  task.meta.notes = [`BERTH_SEED=${seed} npm run faults -- random`];
  const { stage, outages } = await stageWithOutages();
  const lives = Array.from({ length: LIVES }, (_, index) => chosen(index));
  const strange: string[] = [];
  const began = Date.now();

  await inTurns(lives, AT_ONCE, async ({ environment, life, faults }) => {
    const breaking = faults.map(async ({ afterMs, breaks }) => {
      await sleep(afterMs);
      await breaks(stage, outages, environment(stage).dev_id);
    });
    const states = await life.lead(stage, environment(stage)).catch((error: Error) => [error.message]);
    await Promise.all(breaking);
    const story = [life.what, ...faults.map(({ what, afterMs }) => `${what} after ${afterMs} ms`)].join('; ');
    if (states.join() !== life.comesTo.join()) strange.push(`${environment(stage).dev_id}: ${story}: ${states.join()}`);
  });

  task.meta.notes.push(`${Math.round((Date.now() - began) / 1000)} s`, ...strange);
  await stage.endProcesses();
  // Counted also where somebody was told something strange: the notes say what.
  await closeRow(task, LIVES, stage.scope());
  expect(strange, `BERTH_SEED=${seed}`).toEqual([]);
});

/** Each life has numbers of its own, so that it is chosen alike whatever the others do. */
function chosen(index: number) {
  const [random, name] = [seededRandom(seed * 1000 + index), String(index).padStart(3, '0')];
  const life = chooseLife(random);
  const faults = chooseTwo(random);
  return { life, faults, environment: (stage: Stage) => stage.environment(`life-${name}`) };
}

async function stageWithOutages(): Promise<{ stage: Stage; outages: Outages }> {
  const directory = temporaryDirectory();
  mkdirSync(join(directory, 'logs'));
  const temporal = await OwnTemporal.prepare(directory);
  await temporal.start();
  onTestFinished(() => temporal.kill());
  const stage = await Stage.setUp({ ownTemporal: temporal.address });
  onTestFinished(() => stage.close());
  await Promise.all([stage.startApi(), ...WORKERS.map((worker) => stage.startWorker(worker))]);
  return { stage, outages: new Outages(stage, temporal) };
}
