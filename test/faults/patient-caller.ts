import { setTimeout as sleep } from 'node:timers/promises';
import type { Answer } from '../setup/client.ts';

const PAUSE_MS = 500;
const PATIENCE_MS = 300_000;

/**
 * Asks as a patient client does: again, for as long as nobody answers or it is told to come back later.
 * @param untilDone whether it is asked again also where the work is only said to go on
 * @throws Error with the last answer, when its patience is over
 */
export async function patiently(ask: () => Promise<Answer>, untilDone: boolean): Promise<Answer> {
  for (const deadline = Date.now() + PATIENCE_MS; ; await sleep(PAUSE_MS)) {
    const answer = await ask().catch((error: Error) => error);
    if ('status' in answer && answer.status !== 503 && !(untilDone && answer.status === 202)) return answer;
    if (Date.now() < deadline) continue;
    throw answer instanceof Error ? answer : new Error(`It is still answered with ${JSON.stringify(answer.body)}`);
  }
}
