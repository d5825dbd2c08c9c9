import { setTimeout as sleep } from 'node:timers/promises';
import { expect, test } from 'vitest';
import { inTurns } from './in-turns.ts';
import { Outages } from './outages.ts';
import { stageOfItsOwn } from './own-stage.ts';
import { chooseTwo, WORKERS } from './random-faults.ts';
import { chooseLife } from './random-lives.ts';
import { closeRow } from './row.ts';
import { chosenSeed, seededRandom } from './seeded-random.ts';
import type { Stage } from './stage.ts';
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
  const { stage, temporal } = await stageOfItsOwn(WORKERS);
  const outages = new Outages(stage, temporal);
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

  const hit = lives.flatMap(({ faults }) => faults).filter((fault) => fault.hits() > 0);
  const kills = hit.filter(({ what }) => what.includes('killed')).length;
  task.meta.notes.push(
    `${Math.round((Date.now() - began) / 1000)} s; ${hit.length} of ${2 * LIVES} faults hit, ${kills} of them kills`,
    ...strange,
  );
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
