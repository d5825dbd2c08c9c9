import { lookup } from 'node:dns/promises';
import { isIPv6 } from 'node:net';
import { z } from 'zod';
import type { Occupied } from '../../capacity/servers/observed.ts';
import { ofAll, SILENT } from '../../capacity/servers/occupied.ts';

const ANSWERED_WITHIN_MS = 2000;
/** So many are asked at once, and so many altogether. */
const [AT_ONCE, MOST_ASKED] = [20, 200];

/** As an API server answers `GET /health/load`. */
const loadSchema = z.object({ in_flight: z.int().min(0), most: z.int().min(1) });

/**
 * What all API servers have in hand that a name stands for, as a headless Service has one.
 * @param base the URL of any of them
 * @throws Error where none of them answers
 */
export async function requestsInFlight(base: URL, signal: AbortSignal): Promise<Occupied> {
  const addresses = await lookup(base.hostname.replace(/^\[|\]$/g, ''), { all: true });
  const asked = addresses.slice(0, MOST_ASKED).map(({ address }) => urlAt(base, address));
  const told: (Occupied | undefined)[] = [];
  for (let from = 0; from < asked.length; from += AT_ONCE) {
    signal.throwIfAborted();
    told.push(...(await Promise.all(asked.slice(from, from + AT_ONCE).map((url) => loadOf(url, signal)))));
  }
  if (told.every((one) => one === undefined)) throw new Error(`no API server answers at ${base.host}`);
  return ofAll(
    addresses.length,
    told.map((one) => one ?? SILENT),
  );
}

async function loadOf(url: URL, signal: AbortSignal): Promise<Occupied | undefined> {
  try {
    const limit = AbortSignal.any([signal, AbortSignal.timeout(ANSWERED_WITHIN_MS)]);
    const answer = await fetch(url, { signal: limit, redirect: 'error' });
    const { in_flight, most } = loadSchema.parse(await answer.json());
    return { count: in_flight, servers: in_flight / most };
  } catch {
    return undefined;
  }
}

function urlAt(base: URL, address: string): URL {
  const url = new URL('health/load', base.href.endsWith('/') ? base : `${base.href}/`);
  url.hostname = isIPv6(address) ? `[${address}]` : address;
  return url;
}
