import { mkdir } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { issueToken, readTokens, revokeToken, type TokenRecord } from '../api/authentication/token-file.ts';
import { type Command, Failure } from './command.ts';
import { table } from './table.ts';
import { parseTokenCommand, type TokenCommand, usage } from './token-command.ts';

async function perform(command: TokenCommand, file: string): Promise<number> {
  switch (command.name) {
    case 'create': {
      const { grant, lifetimeMs, label } = command;
      const expiresAt = new Date(Date.now() + lifetimeMs);
      await makeDirectory(dirname(file));
      const token = await issueToken(file, grant, { expiresAt, ...(label !== undefined && { label }) });
      process.stdout.write(`${token}\n`);
      process.stderr.write(`Valid until ${expiresAt.toISOString()}. Keep it now: it cannot be shown again.\n`);
      return 0;
    }
    case 'list': {
      const records = await readTokens(file);
      if (records.length === 0) process.stderr.write(`There are no tokens in ${file}.\n`);
      else process.stdout.write(tokenTable(records, new Date()));
      return 0;
    }
    case 'revoke': {
      const revoked = await revokeToken(file, command.id, new Date());
      const none = `There is no token ${command.id} in ${file}: \`berth token list\` shows all.\n`;
      process.stderr.write(revoked ? `Revoked ${command.id}: it is refused from now on.\n` : none);
      return revoked ? 0 : 1;
    }
  }
}

function tokenTable(records: TokenRecord[], now: Date): string {
  const rows = records.map(({ id, grant, expires_at, revoked_at, label = '' }) => {
    const state = revoked_at !== undefined ? 'revoked' : new Date(expires_at) <= now ? 'expired' : 'valid';
    return [id, grant.role, grant.role === 'developer' ? grant.dev_id : '*', state, expires_at, label];
  });
  return table([['ID', 'ROLE', 'DEV_ID', 'STATE', 'EXPIRES_AT', 'LABEL'], ...rows]);
}

async function makeDirectory(path: string): Promise<void> {
  try {
    await mkdir(path, { mode: 0o700 });
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
  }
}

async function run(args: readonly string[]): Promise<number> {
  const command = parseTokenCommand(args);
  const { BERTH_TOKENS_FILE: chosen, BERTH_STATE_DIR: stateDirectory } = process.env;
  const file = chosen || join(stateDirectory || '.berth', 'tokens.json');
  try {
    return await perform(command, file);
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException;
    if (code === undefined) throw new Failure(message);
    throw new Failure(
      `The token file ${file} cannot be read or written (${code}): set BERTH_TOKENS_FILE to one that can.`,
    );
  }
}

export const token: Command = { usage, run };
