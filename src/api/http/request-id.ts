import { randomUUID } from 'node:crypto';
import type { Middleware } from 'koa';

const HEADER = 'X-Request-Id';
/** What others give is taken as long as it can be searched for in logs, and says nothing else there. */
const WELL_FORMED = /^[\w.-]{1,64}$/;

/** Gives each request an id, by which its line in the log is found: the one that it came with, or a new one. */
export const requestId: Middleware = async (context, next) => {
  const given = context.get(HEADER);
  context.state.requestId = WELL_FORMED.test(given) ? given : randomUUID();
  context.set(HEADER, context.state.requestId);
  await next();
};
