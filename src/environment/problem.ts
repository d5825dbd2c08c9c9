/** What went wrong, as RFC 9457 has it: `type` is stable and for programs, `detail` is for people and says what to do. */
export interface Problem {
  type: string;
  title: string;
  status: number;
  detail: string;
  /** Names the request that was answered so, as the log does: `urn:berth:request:<id>`. */
  instance?: string;
  /** Where the request itself is at fault: the places, as JSON Pointers (RFC 6901) or parameter names. */
  errors?: { pointer: string; detail: string }[];
}

/** Every kind of problem that Berth reports. 422 where the request is the reason, 502 where the cluster is. */
const KINDS = {
  'malformed-request': [400, 'The request cannot be read'],
  'invalid-request': [400, 'The request is not valid'],
  'unknown-template': [400, 'There is no such template'],
  unauthenticated: [401, 'A valid token is needed'],
  forbidden: [403, 'This is for administrators only'],
  'not-found': [404, 'There is no such environment'],
  'no-such-route': [404, 'There is nothing at this address'],
  'method-not-allowed': [405, 'This address does not take this method'],
  'request-timeout': [408, 'The request came too slowly'],
  'differs-from-running': [409, 'The environment already runs with something else'],
  'not-stuck': [409, 'Nothing holds the teardown up'],
  'not-ready': [409, 'The environment is not ready'],
  'terminated-meanwhile': [409, 'The environment was terminated meanwhile'],
  'payload-too-large': [413, 'The request is too large'],
  'unsupported-media-type': [415, 'The request must be JSON'],
  'too-many-requests': [429, 'The caller asks for too much at once'],
  'headers-too-large': [431, 'The headers are too large'],
  'quota-exceeded': [422, 'The environment does not fit its quota'],
  'rejected-by-cluster': [422, 'The cluster rejects what was asked for'],
  internal: [500, 'Berth failed'],
  defect: [500, 'A defect of Berth holds the environment up'],
  'cluster-failed': [502, 'The cluster could not do it'],
  'isolation-not-enforced': [502, 'The cluster does not isolate the environment'],
  'deadline-exceeded': [502, 'Provisioning took too long'],
  unavailable: [503, 'Berth cannot take this now'],
} as const satisfies Record<string, readonly [number, string]>;

/** The name of a kind of problem; its `type` is `urn:berth:problem:<kind>`. */
export type ProblemKind = keyof typeof KINDS;

const PREFIX = 'urn:berth:problem:';

/** Builds a problem of a kind. `detail` must say what is wrong and what the caller can do. */
export function problem(kind: ProblemKind, detail: string, errors?: Problem['errors']): Problem {
  const [status, title] = KINDS[kind];
  return { type: `${PREFIX}${kind}`, title, status, detail, ...(errors && { errors }) };
}

/** The kind of a problem; `internal` where it is of a kind that is not known here. */
export function kindOf({ type }: Problem): ProblemKind {
  const kind = type.slice(PREFIX.length);
  return isProblemKind(kind) ? kind : 'internal';
}

/** Whether a text, such as the type of a failure that crossed a process, names a kind of problem. */
export function isProblemKind(text: string | null | undefined): text is ProblemKind {
  return typeof text === 'string' && Object.hasOwn(KINDS, text);
}
