import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import type { LifeRecord } from '../../src/api/environments/life-record.ts';
import { Lives } from '../../src/api/environments/lives.ts';
import { start as startIn } from '../../src/api/environments/start.ts';
import { TemplateCatalogue } from '../../src/api/templates/catalogue.ts';
import type { Identity } from '../../src/environment/identity.ts';
import { someDeveloper, start, temporalClient, terminate, tokenFor } from '../setup/client.ts';

/** Looks first, and then is held up for as long as a whole life takes. */
class HeldUpLives extends Lives {
  #looks = 0;
  override async latest(identity: Identity): Promise<LifeRecord | undefined> {
    return this.#looks++ === 0 ? undefined : await super.latest(identity);
  }
}

describe('a start that was held up between its look and its start', () => {
  it('is not answered with the life that came and went meanwhile', async () => {
    const dev_id = someDeveloper();
    const token = await tokenFor(dev_id);
    const before = await start(token, { dev_id, project: 'shop', template: 'bare' });
    await terminate(token, { dev_id, project: 'shop' });
    const lives = new HeldUpLives(await temporalClient());
    const templates = new TemplateCatalogue(fileURLToPath(new URL('../../templates', import.meta.url)));

    const request = { dev_id, project: 'shop', template: 'bare' };
    const { environment } = await startIn(lives, templates, request, (longestMs) => longestMs);

    expect(environment.state).toBe('ready');
    expect(environment.created_at).not.toBe(before.body.created_at);
  });
});
