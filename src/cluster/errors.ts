import { ApiException } from '@kubernetes/client-node';

/**
 * What a failed call asks of its caller:
 * - `transient`: nothing was decided, try again;
 * - `throttled`: try again, but not before `retryAfterMs`;
 * - `conflict`: the object is not as expected, read it again and decide;
 * - `final`: trying again changes nothing.
 */
export type ErrorClass = 'transient' | 'throttled' | 'conflict' | 'final';

/** An answer that wants a longer wait comes from something that does not know what waits here. */
const LONGEST_RETRY_AFTER_S = 60;

/** Who a final error is to be told to: the quota, an admission rule that refuses the request, or the cluster itself. */
export type FinalReason = 'quota-exceeded' | 'rejected-by-cluster' | 'cluster-failed';

interface Details {
  class: ErrorClass;
  reason?: FinalReason;
  status?: number;
  retryAfterMs?: number;
  isMissing?: boolean;
}

/** A call to the cluster failed. The message is the apiserver's own, or the network's; never a header. */
export class ClusterError extends Error {
  override readonly name = 'ClusterError';
  readonly class: ErrorClass;
  readonly reason: FinalReason;
  /** The HTTP status, where there was an answer. */
  readonly status: number | undefined;
  readonly retryAfterMs: number | undefined;
  /** Whether the apiserver itself says that there is no such object: the 404 of a proxy before it says nothing of objects. */
  readonly isMissing: boolean;

  constructor(message: string, details: Details) {
    super(message);
    this.class = details.class;
    this.reason = details.reason ?? 'cluster-failed';
    this.status = details.status;
    this.retryAfterMs = details.retryAfterMs;
    this.isMissing = details.isMissing ?? false;
  }
}

/** Whether the cluster has said no, be it only for now: what is told to people, however it is tried again. */
export function isRefusal(error: unknown): error is ClusterError {
  return error instanceof ClusterError && (error.class === 'final' || error.status === 403);
}

/** The one place that says what an answer of the cluster means. */
export function classify(error: unknown): ClusterError {
  if (error instanceof ClusterError) return error;
  if (!(error instanceof ApiException)) return new ClusterError(networkMessage(error), { class: 'transient' });
  const { code: status } = error;
  const answer = { ...retryAfterOf(error.headers), ...statusOf(error.body) };
  const message = withoutOwnPort(answer.message ?? `The apiserver answered ${status}.`);
  if (status === 429 || (status === 503 && answer.retryAfterSeconds !== undefined)) {
    const retryAfterMs = 1000 * Math.min(Math.max(answer.retryAfterSeconds ?? 1, 0), LONGEST_RETRY_AFTER_S);
    return new ClusterError(message, { class: 'throttled', status, retryAfterMs });
  }
  if (status === 409) return new ClusterError(message, { class: 'conflict', status });
  // 401: the token is just being renewed, or will be.
  if (status >= 500 || status === 401 || status === 408 || (status === 403 && isNotYetDecided(message))) {
    return new ClusterError(message, { class: 'transient', status });
  }
  const isMissing = status === 404 && answer.reason === 'NotFound';
  return new ClusterError(message, { class: 'final', status, reason: finalReason(status, message), isMissing });
}

/** A message without the port that one end of a connection got by chance: the same is to be told in the same words. */
export function withoutOwnPort(message: string): string {
  return message.replace(/:\d+->/g, '->');
}

/** Whether a message of the cluster says that the quota is used up. */
export function saysQuotaExceeded(message: string): boolean {
  return message.includes('exceeded quota');
}

/**
 * Whether a 403 may be otherwise in a moment. An apiserver that has just started knows no roles yet, and refuses everybody
 * everything, in the words in which RBAC refuses whoever lacks a right. A new quota is not counted yet.
 */
function isNotYetDecided(message: string): boolean {
  return /^\S.* is forbidden: User "/.test(message) || message.includes('status unknown for quota');
}

function finalReason(status: number, message: string): FinalReason {
  if (status === 403 && saysQuotaExceeded(message)) return 'quota-exceeded';
  // Somebody deletes the namespace under us: the request is not the reason.
  if (message.includes('because it is being terminated')) return 'cluster-failed';
  return status === 400 || status === 403 || status === 422 ? 'rejected-by-cluster' : 'cluster-failed';
}

interface StatusAnswer {
  message?: string;
  reason?: string;
  retryAfterSeconds?: number;
}

/** Where the apiserver is overloaded as a whole, the header alone says when to come back. */
function retryAfterOf(headers: Record<string, string>): StatusAnswer {
  const seconds = headers['retry-after'];
  return seconds !== undefined && /^\d{1,5}$/.test(seconds) ? { retryAfterSeconds: Number(seconds) } : {};
}

/** The apiserver answers errors with a `Status` object; a proxy before it with anything. */
function statusOf(body: unknown): StatusAnswer {
  const parsed = typeof body === 'string' ? parseJson(body) : body;
  if (typeof parsed !== 'object' || parsed === null) return {};
  const { kind, message, reason, details } = parsed as Record<'kind' | 'message' | 'reason', unknown> & {
    details?: { retryAfterSeconds?: unknown };
  };
  const seconds = details?.retryAfterSeconds;
  return {
    ...(typeof message === 'string' && { message }),
    ...(kind === 'Status' && typeof reason === 'string' && { reason }),
    ...(typeof seconds === 'number' && { retryAfterSeconds: seconds }),
  };
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

/** `fetch failed` says nothing: its cause does. A header that cannot be sent is quoted, token and all: cut it off. */
function networkMessage(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  const { message } = error.cause instanceof Error ? error.cause : error;
  return `The apiserver cannot be reached: ${message.replace(/\b(Bearer|Basic) .*/is, '$1 …')}`;
}
