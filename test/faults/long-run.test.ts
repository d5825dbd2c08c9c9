import type { Client } from '@temporalio/client';
import { expect, onTestFinished, test } from 'vitest';
import { inTurns } from './in-turns.ts';
import { closeRow } from './row.ts';
import { type Slope, slopeOf } from './slope.ts';
import { Stage } from './stage.ts';
import { Inspection, OPEN_TO_INSPECTION, type VitalSigns } from './vital-signs.ts';

const CYCLES = 2600;
const AT_ONCE = 40;
const EVERY = 20;
/** Until then caches fill, code is compiled, and the threads that run workflows take the memory that they keep. */
const WARM_AFTER = 1000;
const TEST_MS = 3_600_000;
/** How much there may be more after a cycle, by the lower end of what the slope may be. */
const FLAT: VitalSigns = { 'memory, KiB': 10, 'heap, KiB': 2, handles: 0.005, 'open files': 0.005 };
const SHORT = { events: 100, bytes: 100_000 };

type Reading = { readonly cycles: number } & VitalSigns;

test('2,600 environments, started and terminated, leave API and worker as they were after the first 1,000', {
  timeout: TEST_MS,
  meta: { fault: '2,600 start/terminate cycles' },
}, async ({ task }) => {
  const stage = await Stage.setUp();
  onTestFinished(() => stage.close());
  await Promise.all([stage.startApi(OPEN_TO_INSPECTION), stage.startWorker('worker', OPEN_TO_INSPECTION)]);
  const parts = await Promise.all(
    ['api-0', 'worker'].map(async (name) => {
      const inspection = await Inspection.begin(stage.processOf(name));
      onTestFinished(() => inspection.end());
      return { name, inspection, readings: [] as Reading[] };
    }),
  );
  let cycles = 0;
  const strange: string[] = [];

  await inTurns(
    Array.from({ length: CYCLES }, (_, index) => stage.environment(`cycle-${index}`)),
    AT_ONCE,
    async (one) => {
      const started = await stage.start({ ...one, template: 'bare' });
      const ended = await stage.terminate(one);
      const states = [started, ended].map(({ body }) => body.state ?? body.detail).join();
      if (states !== 'ready,terminated') strange.push(states);
      cycles += 1;
      const now = cycles;
      if (now % EVERY === 0)
        for (const { inspection, readings } of parts) readings.push({ cycles: now, ...(await inspection.read()) });
    },
  );

  const growth = parts.flatMap(({ name, readings }) => growthOf(name, readings));
  const histories = await longestHistories(stage.temporal);
  task.meta.notes = [
    ...growth.map(({ text }) => text),
    ...histories.map(({ type, events, bytes }) => `longest history of ${type}: ${events} events, ${bytes} bytes`),
  ];
  await stage.endProcesses();
  await closeRow(task, CYCLES, stage.scope());
  expect(strange).toEqual([]);
  expect(growth.filter(({ grows }) => grows).map(({ text }) => text)).toEqual([]);
  for (const history of histories) {
    expect(history.events, history.type).toBeLessThan(SHORT.events);
    expect(history.bytes, history.type).toBeLessThan(SHORT.bytes);
  }
});

/** What of a process grows from cycle to cycle, once it is warm. */
function growthOf(name: string, all: readonly Reading[]): { text: string; grows: boolean }[] {
  const readings = all.filter(({ cycles }) => cycles >= WARM_AFTER);
  return (Object.keys(FLAT) as (keyof VitalSigns)[]).map((sign) => {
    const slope = slopeOf(readings.map((reading) => [reading.cycles, reading[sign]] as const));
    const [first, last] = [readings[0]?.[sign] ?? 0, readings.at(-1)?.[sign] ?? 0].map(Math.round);
    return {
      text: `${name}, ${sign}: ${first} → ${last}, ${slopeText(slope)} a cycle`,
      grows: leastOf(slope) > FLAT[sign],
    };
  });
}

/** The lower end of what it is with a probability of 95 %. */
function leastOf({ perUnit, error }: Slope): number {
  return perUnit - 2 * error;
}

function slopeText({ perUnit, error }: Slope): string {
  return `${perUnit.toFixed(4)} ± ${error.toFixed(4)}`;
}

/** By the type of the workflow. */
async function longestHistories(client: Client) {
  const longest = new Map<string, { type: string; events: number; bytes: number }>();
  for await (const { type, historyLength, historySize = 0 } of client.workflow.list()) {
    const { events = 0, bytes = 0 } = longest.get(type) ?? {};
    longest.set(type, { type, events: Math.max(events, historyLength), bytes: Math.max(bytes, historySize) });
  }
  return [...longest.values()];
}
