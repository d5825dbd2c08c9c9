import { visit } from 'jsonc-parser';
import type { Context } from 'koa';
import rawBody from 'raw-body';
import { refuse } from './problems.ts';

const LIMIT_BYTES = 64 * 1024;
/** Nothing that Berth reads is deeper than three. */
const DEEPEST = 16;

/**
 * Reads a JSON body, strictly: UTF-8, not compressed, at most 64 KiB, no duplicate keys, no great depth. Two programs
 * must never read the same request differently.
 *
 * @throws ProblemError with 400, 413 or 415
 */
export async function readJson(context: Context): Promise<unknown> {
  if (!context.request.is('application/json', '+json')) {
    throw refuse('unsupported-media-type', 'Send the request as JSON, with Content-Type: application/json.');
  }
  const { charset } = context.request;
  if (charset !== '' && charset.toLowerCase() !== 'utf-8') {
    throw refuse('unsupported-media-type', 'Send the request in UTF-8: JSON has no other encoding.');
  }
  const coding = context.get('Content-Encoding').toLowerCase();
  if (coding !== '' && coding !== 'identity') {
    context.set('Accept-Encoding', 'identity');
    throw refuse('unsupported-media-type', 'Send the request as it is, without a Content-Encoding.');
  }
  const text = decode(await readBytes(context));
  const value = parse(text);
  // What follows is quick, and does not overflow, on valid JSON only.
  const fault = structuralFault(text);
  if (fault !== undefined) throw refuse('malformed-request', fault);
  return value;
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    throw refuse('malformed-request', 'The body is not valid JSON.');
  }
}

async function readBytes(context: Context): Promise<Buffer> {
  try {
    return await rawBody(context.req, { limit: LIMIT_BYTES, length: context.request.length ?? null });
  } catch (error) {
    if ((error as { type?: string }).type === 'entity.too.large') {
      // What is left of the body is not read: the connection cannot be used again.
      context.set('Connection', 'close');
      throw refuse('payload-too-large', `The body may have at most ${LIMIT_BYTES} bytes.`);
    }
    throw refuse('malformed-request', 'The body ended early, or is not as long as its Content-Length says.');
  }
}

function decode(bytes: Buffer): string {
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes);
  } catch {
    throw refuse('malformed-request', 'The body is not valid UTF-8.');
  }
}

/** Finds what programs read differently, or some not at all: objects too deep, a key that comes twice, `__proto__`. */
function structuralFault(text: string): string | undefined {
  if (depth(text) > DEEPEST) return `The body is nested more than ${DEEPEST} deep.`;
  let fault: string | undefined;
  const open: Set<string>[] = [];
  visit(text, {
    onObjectBegin: () => void open.push(new Set()),
    onObjectEnd: () => void open.pop(),
    onObjectProperty: (key) => {
      if (open.at(-1)?.has(key)) fault ??= `The key '${key}' comes twice.`;
      if (key === '__proto__') fault ??= `There is no key '${key}'.`;
      open.at(-1)?.add(key);
    },
  });
  return fault;
}

/** How deep objects and lists go, told from their brackets outside of texts: the parser itself would overflow. */
function depth(text: string): number {
  let now = 0;
  let deepest = 0;
  for (const [token] of text.matchAll(/"(?:[^"\\]|\\.)*"|[[\]{}]/g)) {
    if (token === '[' || token === '{') deepest = Math.max(deepest, ++now);
    else if (token === ']' || token === '}') now--;
  }
  return deepest;
}
