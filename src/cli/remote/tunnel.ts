import { once } from 'node:events';
import { type AddressInfo, createServer, type Server, type Socket } from 'node:net';
import { Writable } from 'node:stream';
import { PortForward } from '@kubernetes/client-node';
import { Failure } from '../command.ts';
import type { Entrance } from './entrance.ts';
import { notOpened } from './outcome.ts';

const LOOPBACK = '127.0.0.1';

/** A port of a pod, and the port of this machine through which it is reached; any free one where it is 0. */
export interface Ports {
  local: number;
  remote: number;
}

/**
 * A port of this machine, for programs on it only, behind which a port of a pod is. Each connection is one of its own
 * through the apiserver.
 */
export class Tunnel {
  readonly host = LOOPBACK;
  readonly port: number;
  readonly #server: Server;
  readonly #sockets = new Set<Socket>();

  private constructor(server: Server) {
    this.#server = server;
    this.port = (server.address() as AddressInfo).port;
  }

  /**
   * @param tell is told what goes wrong with a connection
   * @throws Failure where the local port is not to be had
   */
  static async open(
    entrance: Entrance,
    pod: string,
    { local, remote }: Ports,
    tell: (line: string) => void,
  ): Promise<Tunnel> {
    const server = createServer({ pauseOnConnect: true });
    try {
      await once(server.listen(local, LOOPBACK), 'listening');
    } catch (error) {
      const { code } = error as NodeJS.ErrnoException;
      const instead = `choose another, as in ${local + 10_000 > 65_535 ? 0 : local + 10_000}:${remote}`;
      throw new Failure(
        `The port ${local} of this machine cannot be had (${code}): ${instead}, or 0:${remote} for any.`,
      );
    }
    const tunnel = new Tunnel(server);
    server.on('connection', (socket) => tunnel.#connect(socket, entrance, pod, remote, tell));
    return tunnel;
  }

  /** Ends it, and all connections through it. */
  close(): void {
    this.#server.close();
    for (const socket of this.#sockets) socket.destroy();
  }

  async #connect(socket: Socket, entrance: Entrance, pod: string, remote: number, tell: (line: string) => void) {
    this.#sockets.add(socket);
    socket.on('error', () => socket.destroy());
    socket.once('close', () => this.#sockets.delete(socket));
    try {
      const { kubeConfig, namespace } = await entrance.open();
      // What the pod's node says of it, in words; the first of them are its port, and empty.
      const errors = new Writable({
        write: (chunk: Buffer, _, done) => {
          const said = chunk.toString().trim();
          if (said !== '') {
            tell(`Nothing answers at port ${remote} of ${pod}: ${said}`);
            socket.destroy();
          }
          done();
        },
      });
      const opened = await new PortForward(kubeConfig)
        .portForward(namespace, pod, [remote], socket, errors, socket)
        .catch((error: unknown) => {
          throw notOpened(error, { pod });
        });
      const remoteSocket = typeof opened === 'function' ? opened() : opened;
      if (remoteSocket === null || socket.destroyed) return remoteSocket?.close();
      remoteSocket.onclose = () => socket.end();
      socket.once('close', () => remoteSocket.close());
      socket.resume();
    } catch (error) {
      tell(error instanceof Error ? error.message : String(error));
      socket.destroy();
    }
  }
}
