import type { Grant } from '../api/authentication/token.ts';
import { DURATION, durationMs } from '../environment/duration.ts';
import { IDENTIFIER } from '../environment/identity.ts';
import { read, UsageError } from './usage.ts';

export const usage = `Usage: berth token COMMAND

Makes, lists and revokes the bearer tokens of the API. Both take effect at once, without a restart.

  create --role developer --dev-id ID --expires DURATION [--label TEXT]
  create --role admin --expires DURATION [--label TEXT]
      print a new token: the only time that it is shown (DURATION is such as 30m, 8h or 30d)
  list
      show all tokens that there are, without their secrets
  revoke TOKEN_ID
      let a token be refused from now on

The tokens' file is BERTH_TOKENS_FILE, or tokens.json in BERTH_STATE_DIR, or .berth/tokens.json.
`;

const text = { type: 'string' } as const;
const OPTIONS = { role: text, 'dev-id': text, expires: text, label: text };

/** What the command was asked to do. */
export type TokenCommand =
  | { name: 'create'; grant: Grant; lifetimeMs: number; label?: string }
  | { name: 'list' }
  | { name: 'revoke'; id: string };

/**
 * Reads the command line.
 * @throws UsageError
 */
export function parseTokenCommand(args: readonly string[]): TokenCommand {
  const [name, ...rest] = args;
  switch (name) {
    case 'create':
      return parseCreate(rest);
    case 'list':
      if (rest.length > 0) throw new UsageError('list takes nothing more.');
      return { name };
    case 'revoke': {
      const [id = '', ...more] = rest;
      if (more.length > 0 || !/^[0-9a-f]{12}$/.test(id))
        throw new UsageError('revoke needs the id of one token, 12 digits and letters a to f: `list` shows it.');
      return { name, id };
    }
    default:
      throw new UsageError('The command must be create, list or revoke.');
  }
}

function parseCreate(args: string[]): TokenCommand {
  const { options } = read(args, OPTIONS);
  const { role, 'dev-id': devId, expires, label } = options;
  const grant = grantOf(role, devId);
  if (expires === undefined || !DURATION.test(expires))
    throw new UsageError('create needs --expires with a duration such as 30m, 8h or 30d.');
  if (label !== undefined && !/^\P{Cc}{1,100}$/u.test(label))
    throw new UsageError('--label needs 1 to 100 characters, none of them control characters.');
  return { name: 'create', grant, lifetimeMs: durationMs(expires), ...(label !== undefined && { label }) };
}

function grantOf(role: string | undefined, devId: string | undefined): Grant {
  if (role === 'admin') {
    if (devId !== undefined) throw new UsageError("An admin's token acts for every developer: leave out --dev-id.");
    return { role };
  }
  if (role !== 'developer') throw new UsageError('create needs --role developer or --role admin.');
  if (devId === undefined) throw new UsageError("A developer's token needs --dev-id: it acts for that one only.");
  if (!IDENTIFIER.test(devId))
    throw new UsageError(
      '--dev-id must be 1 to 63 of a-z, 0-9, ., _, - and @, beginning and ending with a letter or digit.',
    );
  return { role, dev_id: devId };
}
