import { durationMs } from '../../environment/duration.ts';
import type { Environment } from '../../environment/environment.ts';
import { problem } from '../../environment/problem.ts';
import { differences, type StartRequest } from '../../environment/request.ts';
import { ProblemError, refuse } from '../http/problems.ts';
import type { TemplateCatalogue } from '../templates/catalogue.ts';
import { isAlive, type LifeRecord, shown } from './life-record.ts';
import type { Lives } from './lives.ts';
import type { Outcome, Wait } from './outcome.ts';
import { specify } from './specify.ts';
import { runIsOver } from './temporal-errors.ts';

/** For those who join what another began. */
const JOIN_WAIT_MS = 300_000;
/** A life's own run closes as soon as a worker sees that it shall. */
const SUCCESSION_WAIT_MS = 30_000;
/** A life may close between being seen and being joined; that it happens so often is no accident. */
const MOST_TRIES = 10;

/**
 * Starts an environment, or finds the one that runs, and waits until it is ready.
 * @throws ProblemError where it differs from what runs or cannot be built
 * @throws WorkflowUpdateFailedError where it failed, and was undone
 */
export async function start(
  lives: Lives,
  templates: TemplateCatalogue,
  request: StartRequest,
  wait: Wait,
): Promise<Outcome> {
  const asked = Date.now();
  for (let tries = 0; tries < MOST_TRIES; tries++) {
    const latest = await lives.latest(request);
    try {
      if (!latest?.isOpen) return await begin(lives, templates, request, latest, asked, wait);
      const deadline = asked + wait(JOIN_WAIT_MS);
      if (isAlive(latest)) return await join(lives, request, latest, deadline);
      // Never the dying one: a fresh one follows it. Until its run has closed nothing of this start is kept anywhere.
      const closed = await lives.closed(request, latest.run, Math.max(deadline, asked + SUCCESSION_WAIT_MS));
      if (!closed) throw stillEnding();
    } catch (error) {
      if (!runIsOver(error)) throw error;
    }
  }
  throw refuse('terminated-meanwhile', 'It was ended by others again and again meanwhile. Start it again.');
}

async function begin(
  lives: Lives,
  templates: TemplateCatalogue,
  request: StartRequest,
  previous: LifeRecord | undefined,
  asked: number,
  wait: Wait,
): Promise<Outcome> {
  const specification = await specify(request, templates);
  const deadline = asked + wait(durationMs(specification.recipe.deadline));
  if (deadline > Date.now())
    return stillOrReady(lives, request, await lives.beginAndAwait(specification, previous?.run, deadline));
  await lives.begin(specification);
  return stillOrReady(lives, request, undefined);
}

async function join(lives: Lives, request: StartRequest, life: LifeRecord, deadline: number): Promise<Outcome> {
  const others = differences(request, life.environment);
  if (others.length > 0) {
    const detail = `It runs with something else: ${others.join('; ')}. Leave that out to use it, or terminate it first.`;
    throw refuse('differs-from-running', detail);
  }
  if (life.environment.state === 'ready') return { environment: life.environment, isDone: true };
  return stillOrReady(lives, request, await lives.joinAndAwait(request, life.run, deadline));
}

async function stillOrReady(lives: Lives, request: StartRequest, ready: Environment | undefined): Promise<Outcome> {
  if (ready !== undefined) return { environment: ready, isDone: true };
  const latest = await lives.latest(request);
  if (latest === undefined) throw new Error('The run that was just started cannot be found.');
  const environment = shown(latest);
  return { environment, isDone: environment.state === 'ready' };
}

function stillEnding(): ProblemError {
  const detail = 'The environment before it is still ending. Nothing was started: try again shortly.';
  return new ProblemError(problem('unavailable', detail), { 'Retry-After': '5' });
}
