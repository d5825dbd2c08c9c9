import { type Bucket, msUntil, type Quota } from './bucket.ts';

/**
 * A policy for the header `RateLimit-Policy`: the quota, and in how many seconds it is there again.
 * See https://datatracker.ietf.org/doc/draft-ietf-httpapi-ratelimit-headers/ (10).
 */
export function policyField(name: string, quota: Quota): string {
  return `"${name}";q=${quota.requests};w=${Math.ceil(quota.windowMs / 1000)}`;
}

/** A policy that limits how many requests are under way at once. */
export function atOncePolicyField(name: string, most: number): string {
  return `"${name}";q=${most};qu="concurrent-requests"`;
}

/** What is left, for the header `RateLimit`, and in how many seconds all of it will be. */
export function limitField(name: string, bucket: Bucket, quota: Quota): string {
  const left = Math.max(0, Math.floor(bucket.left));
  return `"${name}";r=${left};t=${Math.ceil(msUntil(quota.requests, bucket, quota) / 1000)}`;
}
