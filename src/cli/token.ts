import { mkdir } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { issueToken, readTokens, revokeToken, type TokenRecord } from '../api/authentication/token-file.ts';
import { parseTokenCommand, type TokenCommand, USAGE, UsageError } from './token-command.ts';

/** stdout carries what was asked for and nothing else, so that a script can use it. */
async function run(command: TokenCommand, file: string): Promise<number> {
  switch (command.name) {
    case 'help':
      process.stdout.write(USAGE);
      return 0;
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
      else process.stdout.write(table(records, new Date()));
      return 0;
    }
    case 'revoke': {
      const revoked = await revokeToken(file, command.id, new Date());
      const none = `There is no token ${command.id} in ${file}: \`npm run token -- list\` shows all.\n`;
      process.stderr.write(revoked ? `Revoked ${command.id}: it is refused from now on.\n` : none);
      return revoked ? 0 : 1;
    }
  }
}

function table(records: TokenRecord[], now: Date): string {
  const rows = records.map(({ id, grant, expires_at, revoked_at, label = '' }) => {
    const state = revoked_at !== undefined ? 'revoked' : new Date(expires_at) <= now ? 'expired' : 'valid';
    return [id, grant.role, grant.role === 'developer' ? grant.dev_id : '*', state, expires_at, label];
  });
  const all = [['ID', 'ROLE', 'DEV_ID', 'STATE', 'EXPIRES_AT', 'LABEL'], ...rows];
  const widthOf = (column: number): number => Math.max(...all.map((row) => row[column]?.length ?? 0));
  const line = (row: string[]): string => row.map((cell, column) => cell.padEnd(widthOf(column))).join('  ');
  return all.map((row) => `${line(row).trimEnd()}\n`).join('');
}

async function makeDirectory(path: string): Promise<void> {
  try {
    await mkdir(path, { mode: 0o700 });
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
  }
}

/** The sentence for the person who ran the command. */
function sentenceOf(error: unknown, file: string): string {
  if (error instanceof UsageError) return error.message;
  const { code, message } = error as NodeJS.ErrnoException;
  if (code === undefined) return message;
  return `The token file ${file} cannot be read or written (${code}): set BERTH_TOKENS_FILE to one that can.`;
}

const { BERTH_TOKENS_FILE: chosen, BERTH_STATE_DIR: stateDirectory } = process.env;
const file = chosen || join(stateDirectory || '.berth', 'tokens.json');
try {
  process.exitCode = await run(parseTokenCommand(process.argv.slice(2)), file);
} catch (error) {
  process.stderr.write(`${sentenceOf(error, file)}\n`);
  process.exitCode = error instanceof UsageError ? 2 : 1;
}
