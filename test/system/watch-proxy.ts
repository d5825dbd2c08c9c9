import { readFileSync } from 'node:fs';
import { createServer, type Server, type ServerResponse } from 'node:http';
import { request } from 'node:https';
import type { AddressInfo } from 'node:net';

/** Stands before an apiserver and passes everything on as it comes, watches too, but for resources that are cut off. */
export class WatchProxy {
  readonly #server: Server;
  readonly #open = new Map<ServerResponse, string>();
  #cutOff: string | undefined;

  constructor(apiserver: string, certificateFile: string, token: string) {
    const ca = readFileSync(certificateFile);
    this.#server = createServer((message, response) => {
      const url = message.url ?? '/';
      if (this.#cutOff !== undefined && url.includes(this.#cutOff)) return void response.socket?.destroy();
      this.#open.set(response, url);
      response.once('close', () => this.#open.delete(response));
      const headers = { ...message.headers, host: new URL(apiserver).host, authorization: `Bearer ${token}` };
      const passedOn = request(new URL(url, apiserver), { method: message.method, headers, ca }, (answer) => {
        response.writeHead(answer.statusCode ?? 502, answer.headers);
        response.flushHeaders();
        answer.pipe(response);
      });
      passedOn.on('error', () => response.destroy());
      response.once('close', () => passedOn.destroy());
      message.pipe(passedOn);
    });
  }

  /** @returns its URL */
  async start(): Promise<string> {
    await new Promise<void>((done) => this.#server.listen(0, '127.0.0.1', done));
    return `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}`;
  }

  /** Ends what is open for a resource, and answers nothing about it, until another is named or none. */
  cutOff(resource: string | undefined): void {
    this.#cutOff = resource;
    for (const [response, url] of this.#open) if (resource !== undefined && url.includes(resource)) response.destroy();
  }

  stop(): void {
    this.#server.closeAllConnections();
    this.#server.close();
  }
}
