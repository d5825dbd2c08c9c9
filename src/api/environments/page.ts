import { crc32 } from 'node:zlib';

const CHECKSUM_BYTES = 4;

/**
 * Names the page after this one: Temporal's own token, with a checksum before it. A token that Temporal cannot read is
 * no clear fault there: its client would try again and again, for as long as a call may take.
 */
export function pageAt(token: Uint8Array): string {
  const checksum = Buffer.alloc(CHECKSUM_BYTES);
  checksum.writeUInt32BE(crc32(token));
  return Buffer.concat([checksum, token]).toString('base64url');
}

/** Temporal's token of a page, or `undefined` where the page is none that {@link pageAt} named. */
export function tokenOf(page: string): Uint8Array | undefined {
  const token = Buffer.from(page, 'base64url').subarray(CHECKSUM_BYTES);
  return token.length > 0 && pageAt(token) === page ? token : undefined;
}
