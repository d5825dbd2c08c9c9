import { expect, it } from 'vitest';
import { adminToken, call, someDeveloper, tokenFor } from '../setup/client.ts';

it('GET /whoami tells what a token is for, and nothing more', async () => {
  const developer = someDeveloper();

  const theirs = await call(await tokenFor(developer), 'GET', '/api/whoami');
  const admins = await call(await adminToken(), 'GET', '/whoami');
  const nobodys = await call(undefined, 'GET', '/whoami');
  const another = await call(await adminToken(), 'POST', '/whoami', { body: {} });

  expect(theirs).toMatchObject({ status: 200, body: { role: 'developer', dev_id: developer } });
  expect(Object.keys(theirs.body)).toEqual(['role', 'dev_id']);
  expect(admins).toMatchObject({ status: 200 });
  expect(admins.body).toEqual({ role: 'admin' });
  expect(nobodys.status).toBe(401);
  expect(another).toMatchObject({ status: 405, body: { detail: expect.stringContaining('GET') } });
});
