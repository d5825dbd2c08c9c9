import { expect, it } from 'vitest';
import type { Problem } from '../../src/environment/problem.ts';
import type { SweepReport } from '../../src/environment/sweep/report.ts';
import { adminToken, call, someDeveloper, tokenFor } from '../setup/client.ts';

// Nothing but dry runs: the shared worker shares its key with those of other tests.
const sweep = (token: string | undefined, query: string) =>
  call<SweepReport & Problem>(token, 'POST', `/api/sweep?${query}`);

it('POST /sweep tells an administrator what is decided, and how much of each', async () => {
  const { status, body } = await sweep(await adminToken(), 'dry_run=true');

  expect({ status, body }).toMatchObject({
    status: 200,
    body: {
      dry_run: true,
      findings: expect.any(Array),
      counts: { foreign: expect.any(Number), keep: expect.any(Number) },
    },
  });
  expect(Date.parse(body.at)).toBeGreaterThan(Date.now() - 60_000);
});

it('POST /sweep is not there for developers, nor for nobody', async () => {
  const theirs = await sweep(await tokenFor(someDeveloper()), 'dry_run=true');
  const nobodys = await sweep(undefined, 'dry_run=true');

  expect(theirs).toMatchObject({ status: 404, body: { type: 'urn:berth:problem:no-such-route' } });
  expect(nobodys.status).toBe(401);
});

it.each(['dry_run=yes', 'dry_run=true&dry_run=false', 'dryrun=true'])(
  'POST /sweep?%s is refused: what was meant as a dry run must not be none',
  async (query) => {
    const { status, body } = await sweep(await adminToken(), query);

    expect({ status, body }).toMatchObject({ status: 400, body: { type: 'urn:berth:problem:invalid-request' } });
  },
);
