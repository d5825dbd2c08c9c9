/** How often somebody may ask: so often at once, and as often again in each such time. */
export interface Quota {
  requests: number;
  windowMs: number;
}

/** What is left of a quota, at a moment by a clock in milliseconds. */
export interface Bucket {
  left: number;
  at: number;
}

/** What is left now: it fills again evenly. One that nobody has taken from is full. */
export function refilled(bucket: Bucket | undefined, { requests, windowMs }: Quota, now: number): Bucket {
  if (bucket === undefined) return { left: requests, at: now };
  const added = (Math.max(0, now - bucket.at) * requests) / windowMs;
  return { left: Math.min(requests, bucket.left + added), at: now };
}

/** In how many milliseconds so much will be in it. */
export function msUntil(wanted: number, { left }: Bucket, { requests, windowMs }: Quota): number {
  return Math.max(0, ((wanted - left) * windowMs) / requests);
}
