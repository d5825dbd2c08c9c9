import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFile } from 'node:fs/promises';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { z } from 'zod';

const CALLERS = fileURLToPath(new URL('callers.py', import.meta.url));
const PUBLISHED = new URL('../../test/api/client.py', import.meta.url);
const SUCCESS = 'Environment provisioned successfully\n';

/** Is told how it goes. */
export interface Audience {
  /** From now on times count. */
  onBegin(): void;
  onEnd(call: Call): void;
}

/** Who calls: a developer with a token of their own. */
export interface Caller {
  developer: string;
  token: string;
}

/** What became of a call, in milliseconds: when it was due since the first one, and how long after that it had its answer. */
export interface Call {
  developer: string;
  dueMs: number;
  durationMs: number;
  succeeded: boolean;
  /** What it printed where it did not succeed. */
  printed?: string;
}

const ended = z.object({ index: z.int(), seconds: z.number(), printed: z.string() });

/**
 * Has them all run the published client, at even intervals, whether or not those before have their answer. Its URL, its
 * token and whose environment it asks for are all that is replaced.
 */
export async function callAll(
  python: string,
  api: string,
  callers: readonly Caller[],
  overMs: number,
  { onBegin, onEnd }: Audience,
): Promise<Call[]> {
  const published = await readFile(PUBLISHED, 'utf8');
  const dueMs = (index: number): number => (overMs * index) / callers.length;
  const programs = callers.map(({ developer, token }, index) => ({
    due: dueMs(index) / 1000,
    text: published
      .replace('https://env-dashboard.example.com/api', `${api}/api`)
      .replace('your_api_token', token)
      .replace('user123', developer),
  }));
  const child = spawn(python, [CALLERS], { stdio: ['pipe', 'pipe', 'inherit'] });
  const exit = once(child, 'exit');
  child.stdin.end(JSON.stringify({ programs }));
  const calls: Call[] = [];
  for await (const line of createInterface(child.stdout)) {
    if (line === 'began') {
      onBegin();
      continue;
    }
    const { index, seconds, printed } = ended.parse(JSON.parse(line));
    const succeeded = printed === SUCCESS;
    const call = {
      developer: callers[index]?.developer ?? '',
      dueMs: dueMs(index),
      durationMs: 1000 * seconds,
      succeeded,
      ...(!succeeded && { printed }),
    };
    calls.push(call);
    onEnd(call);
  }
  const [code] = await exit;
  if (code !== 0) throw new Error(`What runs the clients ended with exit code ${code}: its reason is printed above.`);
  return calls;
}
