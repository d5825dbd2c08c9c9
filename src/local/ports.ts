import { readFileSync, writeFileSync } from 'node:fs';
import { createServer, type Server } from 'node:net';

/** The only address that anything of ours listens on. */
export const LOOPBACK = '127.0.0.1';

/** Whether a port can be listened on now. */
export async function isFree(port: number): Promise<boolean> {
  const held = await hold(port);
  await release(held);
  return held !== undefined;
}

/**
 * Gives each name a free port: the remembered one while it is free, so that addresses survive a restart, else the
 * preferred one, else any. The choice is remembered.
 *
 * @param file - where the ports are remembered (JSON)
 * @param names - the names, each with a preferred port or undefined
 */
export async function choosePorts<Name extends string>(
  file: string,
  names: Record<Name, number | undefined>,
): Promise<Record<Name, number>> {
  const remembered = readPorts(file);
  const held: (Server | undefined)[] = [];
  const ports: Record<string, number> = {};
  // All are held until the last is chosen, so that no two are the same.
  for (const [name, preferred] of Object.entries<number | undefined>(names)) {
    let server: Server | undefined;
    for (const port of [remembered[name], preferred, 0]) {
      if (server === undefined && port !== undefined) server = await hold(port);
    }
    const address = server?.address();
    if (typeof address !== 'object' || address === null) throw new Error(`no free port for ${name}`);
    held.push(server);
    ports[name] = address.port;
  }
  await Promise.all(held.map(release));
  writeFileSync(file, JSON.stringify({ ...remembered, ...ports }));
  return ports as Record<Name, number>;
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

function release(server: Server | undefined): Promise<void> {
  return new Promise((resolve) => {
    if (server === undefined) resolve();
    else server.close(() => resolve());
  });
}
