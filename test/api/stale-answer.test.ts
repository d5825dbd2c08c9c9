import { fileURLToPath } from 'node:url';
import type { Client } from '@temporalio/client';
import { describe, expect, it } from 'vitest';
import { Admission } from '../../src/api/admission/admission.ts';
import { Load } from '../../src/api/admission/load.ts';
import { readQueues } from '../../src/api/admission/read-queues.ts';
import type { LifeRecord } from '../../src/api/environments/life-record.ts';
import { Lives } from '../../src/api/environments/lives.ts';
import { start as startIn } from '../../src/api/environments/start.ts';
import { terminate as terminateIn } from '../../src/api/environments/terminate.ts';
import type { Deadline } from '../../src/api/environments/wait-until.ts';
import type { Identity } from '../../src/environment/identity.ts';
import { TemplateCatalogue } from '../../src/templates/catalogue.ts';
import { someDeveloper, start, status, temporalClient, terminate, tokenFor } from '../setup/client.ts';

/** Looks first, and then is held up for as long as a whole life takes. */
class HeldUpLives extends Lives {
  #looks = 0;
  override async latest(identity: Identity): Promise<LifeRecord | undefined> {
    return this.#looks++ === 0 ? undefined : await super.latest(identity);
  }
}

/** Hears of the end of a life only once another has followed it. */
class LateToHear extends Lives {
  readonly #followed: () => Promise<unknown>;
  constructor(client: Client, followed: () => Promise<unknown>) {
    super(client);
    this.#followed = followed;
  }
  override async closed(id: string, run: string | undefined, deadline: Deadline): Promise<boolean> {
    const closed = await super.closed(id, run, deadline);
    // The second time it waits for the teardown.
    if (run !== undefined) await this.#followed();
    return closed;
  }
}

describe('a start that was held up between its look and its start', () => {
  it('is not answered with the life that came and went meanwhile', async () => {
    const dev_id = someDeveloper();
    const token = await tokenFor(dev_id);
    const before = await start(token, { dev_id, project: 'shop', template: 'bare' });
    await terminate(token, { dev_id, project: 'shop' });
    const client = await temporalClient();
    const lives = new HeldUpLives(client);
    const admission = new Admission(new Load(() => readQueues(client)));
    const templates = new TemplateCatalogue(fileURLToPath(new URL('../../templates', import.meta.url)));

    const request = { dev_id, project: 'shop', template: 'bare' };
    const { environment } = await startIn(lives, templates, request, (longestMs) => longestMs, admission);

    expect(environment.state).toBe('ready');
    expect(environment.created_at).not.toBe(before.body.created_at);
  });
});

describe('who waits for the end of an environment, and hears of it late', () => {
  it('does not end the one that has followed it, and is told of the one that ended', async () => {
    const dev_id = someDeveloper();
    const token = await tokenFor(dev_id);
    const request = { dev_id, project: 'shop', template: 'bare' };
    const before = await start(token, request);
    const lives = new LateToHear(await temporalClient(), () => start(token, request));

    const { environment, isDone } = await terminateIn(lives, request, (longestMs) => longestMs);

    const now = await status(token, request);
    expect(isDone).toBe(true);
    expect(environment).toMatchObject({ state: 'terminated', created_at: before.body.created_at });
    expect(now.body.state).toBe('ready');
    expect(now.body.created_at).not.toBe(before.body.created_at);
  });
});
