import { setTimeout as sleep } from 'node:timers/promises';
import type { Environment } from '../environment/environment.ts';
import type { Api } from './api.ts';
import { news } from './environment-text.ts';

const FIRST_PAUSE_MS = 100;
const LONGEST_PAUSE_MS = 1000;

/** Looks at an environment until it has settled, and tells on stderr what happens meanwhile. */
export async function follow(
  api: Api,
  first: Environment,
  hasSettled: (environment: Environment) => boolean,
): Promise<Environment> {
  const { dev_id, project } = first;
  let [seen, now]: [Environment | undefined, Environment] = [undefined, first];
  for (let pauseMs = FIRST_PAUSE_MS; ; pauseMs = Math.min(2 * pauseMs, LONGEST_PAUSE_MS)) {
    for (const line of news(seen, now)) process.stderr.write(`${line}\n`);
    if (hasSettled(now)) return now;
    await sleep(pauseMs);
    [seen, now] = [now, await api.get<Environment>('/environments/status', { dev_id, project })];
  }
}
