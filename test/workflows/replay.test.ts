import { bundleWorkflowCode, DefaultLogger, Runtime, type WorkflowBundleWithSourceMap } from '@temporalio/worker';
import { DeterminismViolationError } from '@temporalio/workflow';
import { beforeAll, describe, expect, it } from 'vitest';
import { LeanWorker } from '../../src/worker/lean-worker.ts';
import { bundleOf } from '../../src/worker/worker.ts';
import { historyOf, readEvents, type SavedEvent, savedPaths } from './paths/history-file.ts';
import { PATH_NAMES, PATHS } from './paths/paths.ts';
import { PLAYS } from './paths/plays.ts';
import { missedLandmark, trailOf } from './paths/trail.ts';

let workflowBundle: WorkflowBundleWithSourceMap;
/** Why the saved history of a path cannot be replayed, by the path. */
let errors: Map<string, Error | undefined>;

beforeAll(async () => {
  const logger = new DefaultLogger('ERROR');
  // What cannot be replayed is told by the test that finds it.
  Runtime.install({ logger, telemetryOptions: { logging: { forward: {}, filter: 'OFF' } } });
  workflowBundle = await bundleWorkflowCode({ ...bundleOf(), logger });
  errors = await replay(Object.fromEntries(savedPaths().map((path) => [path, readEvents(path)])));
});

describe("today's EnvironmentWorkflow goes on with what was begun before, where it", () => replays('environment'));
describe("today's TeardownWorkflow goes on with what was begun before, where it", () => replays('teardown'));
describe("today's IsolationCanaryWorkflow goes on with what was begun before, where it", () => replays('canary'));
describe("today's SlotWorkflow goes on with what was begun before, where it", () => replays('slot'));
describe("today's SweepWorkflow goes on with what was begun before, where it", () => replays('sweep'));
describe("today's CapacityWorkflow goes on with what was begun before, where it", () => replays('capacity'));

describe('the saved histories', () => {
  it('are one for each path: what is new is to be played with `npm run histories -- <path>`', () => {
    expect(savedPaths().sort()).toEqual([...PATH_NAMES].sort());
  });

  it('can be made anew: each path is played, and by one play', () => {
    expect(PLAYS.flatMap(({ paths }) => paths).sort()).toEqual([...PATH_NAMES].sort());
  });

  it('name no process, machine or checkout', () => {
    for (const path of savedPaths()) {
      expect(JSON.stringify(readEvents(path)), path).not.toMatch(
        /"identity"|"stackTrace"|\d@\w|file:\/\/|node_modules/,
      );
    }
  });
});

describe('a workflow that does something else than it did is noticed', () => {
  it('where two steps have changed places', async () => {
    const events = readEvents('environment/verification-failed');
    const exchanged = renamed(events, { isolate: 'verifyEnvironment', verifyEnvironment: 'isolate' });

    expect((await replay({ exchanged })).get('exchanged')).toBeInstanceOf(DeterminismViolationError);
  });

  it('where it asks for another activity', async () => {
    const other = renamed(readEvents('teardown/takes-over'), { volumesOf: 'claimsOf' });

    expect((await replay({ other })).get('other')).toBeInstanceOf(DeterminismViolationError);
  });
});

function replays(workflow: 'environment' | 'teardown' | 'canary' | 'slot' | 'sweep' | 'capacity'): void {
  for (const path of PATH_NAMES.filter((name) => name.startsWith(`${workflow}/`))) {
    it(`${PATHS[path].shows} (${path})`, () => {
      expect(missedLandmark(trailOf(readEvents(path)), PATHS[path].landmarks)).toBeUndefined();
      const error = errors.get(path);
      if (error !== undefined) throw error;
      expect(errors.has(path)).toBe(true);
    });
  }
}

/** Replays histories with today's workflows, and tells of each what went wrong, if anything did. */
async function replay(histories: Record<string, SavedEvent[]>): Promise<Map<string, Error | undefined>> {
  const asked = Object.entries(histories).map(([name, events]) => ({ workflowId: name, history: historyOf(events) }));
  const found = new Map<string, Error | undefined>();
  for await (const { workflowId, error } of LeanWorker.runReplayHistories({ workflowBundle }, asked)) {
    found.set(workflowId, error);
  }
  return found;
}

/** As if names had been others when the events came about. */
function renamed(events: SavedEvent[], names: Record<string, string>): SavedEvent[] {
  const rename = (_: string, value: unknown): unknown => (typeof value === 'string' ? (names[value] ?? value) : value);
  return JSON.parse(JSON.stringify(events), rename) as SavedEvent[];
}
