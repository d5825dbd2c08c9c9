import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { slotActivities } from '../../src/activities/slots.ts';
import { STEPS } from '../../src/environment/environment.ts';
import { type Identity, NOBODYS } from '../../src/environment/identity.ts';
import { expectNothingLeft } from './census.ts';
import { MOMENTS, type Moment } from './faults.ts';
import { allHeld, holdOn } from './holds.ts';
import { closeRow } from './row.ts';
import { Stage } from './stage.ts';
import {
  REQUESTS_OF_PROVISIONING,
  REQUESTS_OF_SLOTS,
  type SlotStep,
  type StepRequest,
  stepRequests,
} from './step-requests.ts';
import { someOf } from './strength.ts';
import { WarmSlots } from './warm-slots.ts';

// One worker has a slot in the middle of every step of its making when it is killed, and another makes them all.

const CONVERGENCE = { timeout: 60_000, interval: 200 };
const SCENE_MS = 240_000;
const SLOT_STEPS = Object.keys(slotActivities({} as never)) as SlotStep[];

type Case = StepRequest & { readonly moment: Moment };
const CASES = someOf(
  [
    ...stepRequests(
      STEPS.filter((step) => step !== 'isolation'),
      REQUESTS_OF_PROVISIONING,
    ),
    ...stepRequests(SLOT_STEPS, REQUESTS_OF_SLOTS),
  ].flatMap((request) => MOMENTS.map((moment): Case => ({ ...request, moment }))),
);
const FAILING = CASES.filter(isRefused);
const MADE = CASES.filter((one) => !isRefused(one));

describe('a worker killed in the middle of making a slot: another makes it, or undoes it', () => {
  let stage: Stage;
  let slots: WarmSlots;
  const outcomes = new Map<Case, string>();

  beforeAll(async () => {
    stage = await Stage.setUp({ ownKey: true });
    slots = new WarmSlots(stage);
    await Promise.all([stage.startApi(), stage.startMeasuredWorker('one')]);
    const holds = CASES.map((one) => {
      const request = { ...one.request, namespace: namespaceOf(one) };
      const hold = holdOn(stage.proxy, request, one.moment, isAfterItsMark(one) ? 1 : 0);
      return [`${one.name} ${one.moment}`, hold] as const;
    });
    for (const one of CASES) {
      // On a simulated node nothing is proved, which is refused.
      const making = slots.run(identityOf(one), 'default', isRefused(one) ? { proof: 'required' } : {});
      making.then(
        () => outcomes.set(one, 'made'),
        ({ cause }) => outcomes.set(one, `${cause?.message}`),
      );
    }
    await allHeld(holds);
    await stage.killWorker('one');
    for (const [, hold] of holds) hold.drop();
    await stage.startMeasuredWorker('other');
  }, SCENE_MS);
  afterAll(() => stage.close());

  test.for(MADE)(
    '$step: $request.method $request.resource caught $moment: it waits to be claimed, once',
    async (one) => {
      await expect.poll(() => outcomes.get(one), CONVERGENCE).toBe('made');

      const own = (await slots.seen()).filter(({ specification: { dev_id } }) => dev_id === identityOf(one).dev_id);
      expect(own).toMatchObject([{ state: 'ready', namespace: { name: namespaceOf(one) } }]);
    },
  );

  test.for(FAILING)('$step: $request.method $request.resource caught $moment: nothing is left of it', async (one) => {
    await expect.poll(() => outcomes.get(one), CONVERGENCE).toContain('everything is undone');

    await expectNothingLeft(stage.scope(identityOf(one).dev_id));
  });

  test('and in the end each is had by one developer, and nothing is left of any of them', {
    meta: { fault: 'worker killed in a step of making a slot' },
    timeout: SCENE_MS,
  }, async ({ task }) => {
    await slots.untilSeen();

    const answers = await Promise.all(
      MADE.map((_, one) => stage.start({ ...stage.environment(`owner-${one}`), template: 'default' })),
    );

    expect(answers.map(({ body }) => body.provisioned_from)).toEqual(MADE.map(() => 'warm_pool'));
    expect(answers.map(({ body }) => body.namespace).toSorted()).toEqual(MADE.map(namespaceOf).toSorted());
    await Promise.all(answers.map(({ body }) => stage.terminate(body)));
    await stage.endProcesses();
    await closeRow(task, CASES.length, stage.scope());
  });

  function identityOf({ name, moment }: Case): Identity {
    return { ...stage.environment(`${name}-${moment.split(' ')[0]}`.toLowerCase()), project: NOBODYS };
  }

  function namespaceOf(one: Case): string {
    return `dev-${identityOf(one).dev_id}`;
  }
});

/** Whether the slot is one that cannot be made. */
function isRefused({ step }: Case): boolean {
  return step === 'proof' || step === 'withdrawSlot';
}

function isAfterItsMark({ step }: Case): boolean {
  return step === 'offerSlot' || step === 'withdrawSlot';
}
