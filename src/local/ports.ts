import { randomInt } from 'node:crypto';
import { readFileSync, writeFileSync } from 'node:fs';
import { type AddressInfo, createServer, type Server } from 'node:net';

/** The only address that anything of ours listens on. */
export const LOOPBACK = '127.0.0.1';

/**
 * Where a free port is looked for, from the first to before the last: below those that systems give to outgoing
 * connections (from 32768 on Linux, from 49152 elsewhere, RFC 6335), since such a connection may take a port between its
 * release and its use, and between two starts.
 */
const FREE_PORTS = [20_000, 30_000] as const;
const TRIES = 100;

/** Ports that nobody else can take until they are released, which is to be done right before they are used. */
export interface Reservation<Name extends string> {
  readonly ports: Readonly<Record<Name, number>>;
  release(): Promise<void>;
}

/** Reserves one given port; undefined when it is taken. */
export async function reservePort<Name extends string>(name: Name, port: number) {
  const server = await hold(port);
  if (server === undefined) return undefined;
  return { ports: { [name]: port }, release: () => release(server) } as Reservation<Name>;
}

/**
 * Reserves a free port for each name: the remembered one while it is free, so that addresses survive a restart, else the
 * preferred one, else any. The choice is remembered.
 *
 * @param file - where the ports are remembered (JSON)
 * @param names - the names, each with a preferred port or undefined
 */
export async function reservePorts<Name extends string>(
  file: string,
  names: Record<Name, number | undefined>,
): Promise<Reservation<Name>> {
  const remembered = readPorts(file);
  const held: Server[] = [];
  const ports: Record<string, number> = {};
  for (const [name, preferred] of Object.entries<number | undefined>(names)) {
    const server = await holdFirst([remembered[name], preferred, ...anyPorts()]);
    held.push(server);
    ports[name] = (server.address() as AddressInfo).port;
  }
  writeFileSync(file, JSON.stringify({ ...remembered, ...ports }));
  const releaseAll = async (): Promise<void> => {
    await Promise.all(held.map(release));
  };
  return { ports: ports as Record<Name, number>, release: releaseAll };
}

/** As {@link reservePorts}, for ports that are used at once. */
export async function choosePorts<Name extends string>(
  file: string,
  names: Record<Name, number | undefined>,
): Promise<Readonly<Record<Name, number>>> {
  const { ports, release } = await reservePorts(file, names);
  await release();
  return ports;
}

function anyPorts(): number[] {
  return Array.from({ length: TRIES }, () => randomInt(...FREE_PORTS));
}

async function holdFirst(candidates: readonly (number | undefined)[]): Promise<Server> {
  for (const port of candidates) {
    const server = port === undefined ? undefined : await hold(port);
    if (server !== undefined) return server;
  }
  throw new Error('no port is free');
}

function readPorts(file: string): Record<string, number> {
  try {
    const value: unknown = JSON.parse(readFileSync(file, 'utf8'));
    return typeof value === 'object' && value !== null ? (value as Record<string, number>) : {};
  } catch {
    return {};
  }
}

function hold(port: number): Promise<Server | undefined> {
  return new Promise((resolve) => {
    const server = createServer();
    server.once('error', () => resolve(undefined));
    server.listen({ port, host: LOOPBACK, exclusive: true }, () => resolve(server));
  });
}

function release(server: Server): Promise<void> {
  return new Promise((resolve) => {
    server.close(() => resolve());
  });
}
