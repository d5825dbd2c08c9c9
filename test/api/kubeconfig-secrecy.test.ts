import { createPrivateKey, generateKeyPairSync } from 'node:crypto';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { Client, Connection } from '@temporalio/client';
import { compactDecrypt } from 'jose';
import { beforeAll, describe, expect, inject, it } from 'vitest';
import { workflowId } from '../../src/environment/identity.ts';
import { seal } from '../../src/environment/sealing.ts';
import { askForAccess, tokenIn } from '../setup/access.ts';
import { call, someDeveloper, terminate, tokenFor } from '../setup/client.ts';
import { eventsOf } from '../workflows/paths/history-file.ts';

/** The compact form of a signed token, and that of something sealed. */
const SIGNED = /\beyJ[\w-]+\.[\w-]+\.[\w-]+(?![\w.-])/g;
const SEALED = /\beyJ[\w-]+\.[\w-]*\.[\w-]+\.[\w-]+\.[\w-]+/g;

describe('a kubeconfig on its way', () => {
  /** Everything that Temporal keeps of an environment that was asked for access twice, and was terminated. */
  let kept: string;
  let tokens: string[];

  beforeAll(async () => {
    const developer = someDeveloper();
    const token = await tokenFor(developer);
    const identity = { dev_id: developer, project: 'shop' };
    await call(token, 'POST', '/environments/start', { body: { ...identity, template: 'bare' } });
    const answers = [await askForAccess(token, identity), await askForAccess(token, identity)];
    tokens = answers.map(({ body }) => tokenIn(body.kubeconfig));
    await terminate(token, identity);
    const connection = await Connection.connect({ address: inject('servers').temporal });
    const client = new Client({ connection });
    const handle = client.workflow.getHandle(workflowId(identity));
    const { memo } = await handle.describe();
    const teardown = client.workflow.getHandle(String(memo?.teardown));
    const histories = [eventsOf(await handle.fetchHistory()), eventsOf(await teardown.fetchHistory())];
    kept = JSON.stringify([memo, (await teardown.describe()).memo, histories]);
    await connection.close();
  });

  it('leaves no token in what Temporal keeps: histories, memos, descriptions', () => {
    expect(tokens.every((token) => token.match(SIGNED)?.[0] === token)).toBe(true);
    expect(kept).toContain('grantAccess');
    for (const token of tokens) {
      for (const part of [token, ...token.split('.')]) expect(kept).not.toContain(part);
    }
    expect(kept.match(SIGNED)).toBeNull();
  });

  it('passes through as two things sealed to two keys, of which no private half is there', () => {
    expect(new Set(kept.match(SEALED)).size).toBe(2);
    expect(new Set(kept.match(/"sealingKey":\{[^}]*\}/g)).size).toBe(2);
    expect(kept).not.toMatch(/"d":"/);
  });

  it('cannot be opened with anything that is there', async () => {
    const [sealed = ''] = kept.match(SEALED) ?? [];
    const candidates = new Set(kept.match(/(?<![\w-])[\w-]{43}(?![\w-])/g));
    const ours = generateKeyPairSync('x25519');
    const { d = '', x = '' } = ours.privateKey.export({ format: 'jwk' });

    expect(await openedWith(await seal('a control', { kty: 'OKP', crv: 'X25519', x }), d)).toBe('a control');
    expect(candidates.size).toBeGreaterThanOrEqual(2);
    for (const candidate of candidates) await expect(openedWith(sealed, candidate)).rejects.toThrow('decryption');
  });

  it('is in no log of API, worker or any other server', () => {
    const { stateDir } = inject('servers');
    const logs = readdirSync(join(stateDir, 'logs')).map((file) => readFileSync(join(stateDir, 'logs', file), 'utf8'));

    expect(logs.join()).toContain('"msg":"listening"');
    for (const log of logs) {
      for (const token of tokens) expect(log.includes(token.split('.')[2] ?? token)).toBe(false);
    }
  });
});

/** What comes out with a text as the private key, as X25519 has it: any 32 bytes are one. */
async function openedWith(sealed: string, key: string): Promise<string> {
  const prefix = Buffer.from('302e020100300506032b656e04220420', 'hex');
  const der = Buffer.concat([prefix, Buffer.from(key, 'base64url')]);
  const { plaintext } = await compactDecrypt(sealed, createPrivateKey({ key: der, format: 'der', type: 'pkcs8' }));
  return Buffer.from(plaintext).toString();
}
