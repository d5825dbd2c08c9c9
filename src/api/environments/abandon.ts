import { isOver } from '../../environment/environment.ts';
import type { Identity } from '../../environment/identity.ts';
import type { Caller } from '../authentication/authenticate.ts';
import { refuse, refuseForNow } from '../http/problems.ts';
import type { Lives } from './lives.ts';
import { notFound } from './not-found.ts';
import type { Outcome } from './outcome.ts';
import { status } from './show.ts';
import { runIsOver } from './temporal-errors.ts';
import { deadlineIn } from './wait-until.ts';

/** A worker that runs takes it in milliseconds, and tells operators within half a minute. */
const WORKER_WAIT_MS = 10_000;
const END_WAIT_MS = 35_000;
const NO_WORKER = 'No worker takes this now. Try again shortly: asking twice does no harm.';
const NOTHING_STUCK = 'Nothing of it is being torn down, so nothing holds that up. Leave out abandon to terminate it.';

/**
 * Ends the teardowns of an environment that are stuck, though something is left. It may run anew meanwhile: that is not
 * touched.
 *
 * @throws ProblemError where the caller is no administrator, there is nothing to be given up, or no worker takes it
 * @throws WorkflowUpdateFailedError where it is not stuck
 */
export async function abandon(lives: Lives, identity: Identity, caller: Caller, reason: string): Promise<Outcome> {
  if (caller.grant.role !== 'admin') throw refuse('forbidden', 'Ask an administrator to give up what holds it.');
  const [teardowns, latest] = await Promise.all([lives.teardownsOf(identity), lives.latest(identity)]);
  if (teardowns.length === 0 && latest === undefined) throw notFound(identity);
  const by = `the administrator with the token ${caller.tokenId}`;
  const asked = teardowns.map((id) => giveUp(lives, id, { by, reason }));
  const answers = await Promise.allSettled(asked);
  const given = answers.flatMap((answer) => (answer.status === 'fulfilled' && answer.value ? [answer.value] : []));
  const [ended] = given;
  if (ended === undefined) {
    const refusal = answers.find((answer) => answer.status === 'rejected');
    throw refusal?.reason ?? refuse('not-stuck', NOTHING_STUCK);
  }
  await lives.closed(ended, undefined, deadlineIn(END_WAIT_MS));
  const shown = (await lives.teardown(ended))?.environment;
  // Of what was left when Temporal had lost its life, nothing else speaks.
  if (shown !== undefined && latest === undefined)
    return { environment: { ...shown, state: 'terminated' }, isDone: true };
  // One that undid a failed start does not speak for it: its own run does.
  const environment = shown !== undefined && isOver(shown.state) ? shown : await status(lives, identity);
  return { environment, isDone: isOver(environment.state) };
}

/** @returns the teardown, where it was there to be given up */
async function giveUp(
  lives: Lives,
  teardown: string,
  asked: { by: string; reason: string },
): Promise<string | undefined> {
  try {
    if ((await lives.abandon(teardown, asked, deadlineIn(WORKER_WAIT_MS))) !== undefined) return teardown;
  } catch (error) {
    if (runIsOver(error)) return undefined;
    throw error;
  }
  throw refuseForNow(NO_WORKER);
}
