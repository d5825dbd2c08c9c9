import { loadavg } from 'node:os';
import type { Client } from '@temporalio/client';
import type { Progress } from '../../src/local/progress.ts';
import { type Apiserver, between } from './apiserver.ts';
import { updateWithStart } from './bare-update.ts';
import { type Breakdown, breakdownOf } from './breakdown.ts';
import { type Drained, drain } from './drained.ts';
import { atOnce, atRate, inTurns, type Work } from './load.ts';
import type { Answer, People } from './people.ts';
import type { Pool } from './pool.ts';
import { measure, type Row, rowOf, type Title } from './row.ts';
import { poolSize, type Sizes, WARM_UP } from './sizes.ts';
import { COLD } from './templates.ts';

const PAUSE_MS = 250;

/** Whom and what a benchmark works with. */
export interface Scene {
  people: People;
  pool: Pool;
  apiserver: Apiserver;
  client: Client;
  temporalMetrics: string;
  progress: Progress;
}

/** All that was measured. */
export interface Measurements {
  rows: Row[];
  breakdown: Breakdown;
  drained?: Drained;
}

/**
 * Measures claims, and beside them what they are compared with. While a claim is measured nothing is planned, so that what
 * is counted is the claim's alone; before the next measurement all is ended, and the pool full again.
 */
export async function measureAll(scene: Scene, sizes: Sizes): Promise<Measurements> {
  const { people, pool, apiserver, client, progress } = scene;
  const claim: Work<Answer> = () => people.start(sizes.template);
  const cold: Work<Answer> = () => people.start(COLD);
  const update: Work<Answer> = async () => {
    await updateWithStart(client);
    return 'warm';
  };
  const rows: Row[] = [];
  const row = async (title: Title, run: Parameters<typeof measure>[2]): Promise<void> => {
    progress.say(`${title.what}: ${title.load}`);
    const measured = await measure(title, apiserver, run);
    progress.say(`p50 ${measured.p50.toFixed(0)} ms, p99 ${measured.p99.toFixed(0)} ms`);
    rows.push(measured);
  };
  const restore = async (isHeld = true): Promise<void> => {
    await people.terminateAll();
    await pool.release();
    await pool.fill(poolSize(sizes));
    if (isHeld) await pool.hold();
  };

  await inTurns(WARM_UP, 0, { cold, update });
  await people.terminateAll();
  const drained = sizes.drained === undefined ? undefined : await drainedOf(scene, sizes.template, sizes.drained);
  await pool.fill(poolSize(sizes));
  await pool.hold();

  await inTurns(WARM_UP, 0, { claim });
  progress.say('claim and update-with-start: one at a time');
  rows.push(...(await singles(scene, sizes.singles, { claim, update })));
  progress.say('a claim, taken apart');
  const breakdown = await breakdownOf(scene, sizes.template, sizes.singles, scene.temporalMetrics);
  await row(
    { what: 'cold start', load: 'one at a time' },
    async () => (await inTurns(sizes.coldSingles, PAUSE_MS, { cold })).cold,
  );
  for (const count of sizes.bursts) {
    await restore();
    const load = `${count} at once`;
    await row({ what: 'claim', load }, () => atOnce(count, claim));
    await row({ what: 'update-with-start', load }, () => atOnce(count, update));
  }
  if (sizes.coldBurst > 0) {
    await people.terminateAll();
    await row({ what: 'cold start', load: `${sizes.coldBurst} at once` }, () => atOnce(sizes.coldBurst, cold));
  }
  for (const rate of sizes.rates) {
    await restore();
    await row({ what: 'claim', load: `${rate} a second` }, () => atRate(rate, sizes.seconds, claim));
  }
  const { refilledRate } = sizes;
  if (refilledRate !== undefined) {
    await restore(false);
    const title: Title = { what: 'claim, refilled meanwhile', load: `${refilledRate} a second` };
    await row(title, () => atRate(refilledRate, sizes.seconds, claim));
  }
  return { rows, breakdown, ...(drained && { drained }) };
}

async function drainedOf({ people, pool, progress }: Scene, template: string, slots: number): Promise<Drained> {
  progress.say(`a pool of ${slots}, and ${2 * slots} starts at once`);
  await pool.fill(slots);
  return await drain(people, pool, template, slots);
}

/** An update-with-start writes nothing into the cluster: all that is counted are the claims'. */
async function singles(
  { apiserver }: Scene,
  count: number,
  works: Record<'claim' | 'update', Work<Answer>>,
): Promise<Row[]> {
  const load = 'one at a time';
  const loadAverage = loadavg()[0] ?? Number.NaN;
  const before = await apiserver.counted();
  const { claim, update } = await inTurns(count, PAUSE_MS, works);
  const counted = between(before, await apiserver.counted());
  return [
    rowOf({ what: 'claim', load }, claim, loadAverage, { counted }),
    rowOf({ what: 'update-with-start', load }, update, loadAverage),
  ];
}
