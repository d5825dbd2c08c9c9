import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { InFlightReport } from '../../src/api/http/in-flight.ts';
import { Stage } from '../faults/stage.ts';
import { call } from '../setup/client.ts';

const MOST = 20;

describe('what an API server has in hand', () => {
  let stage: Stage;
  beforeAll(async () => {
    stage = await Stage.setUp();
    // Nobody does what is asked for.
    await stage.startApi({ BERTH_MOST_CALLS: String(MOST) });
  });
  afterAll(() => stage?.close());

  const load = async () =>
    (await call<InFlightReport>(undefined, 'GET', '/health/load', { api: stage.apis[0] ?? '' })).body;

  it('is told to whoever asks, without a token: those for whom it does something, and not those who look', async () => {
    expect(await load()).toEqual({ in_flight: 0, most: MOST });

    const waiting = [1, 2, 3].map((number) =>
      stage.start({ ...stage.environment(`waits-${number}`), template: 'bare' }, { headers: { prefer: 'wait=10' } }),
    );
    await expect.poll(load).toEqual({ in_flight: 3, most: MOST });
    const looking = Array.from({ length: MOST - 1 }, () => stage.status(stage.environment('nobody')));
    const whileTheyLook = await Promise.all(looking.map(load));

    expect(whileTheyLook).toEqual(looking.map(() => ({ in_flight: 3, most: MOST })));
    await Promise.all([...waiting, ...looking]);
    expect(await load()).toEqual({ in_flight: 0, most: MOST });
  });
});
