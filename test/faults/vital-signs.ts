import { once } from 'node:events';
import { readdirSync, readFileSync } from 'node:fs';

/** What a process takes up. */
export interface VitalSigns {
  /** Resident memory, with that of all its threads. */
  readonly 'memory, KiB': number;
  /** Of its main thread, after a garbage collection. */
  readonly 'heap, KiB': number;
  /** What keeps its event loop alive. */
  readonly handles: number;
  readonly 'open files': number;
}

/** The variables of a process that can be looked into: it writes where into its log. */
export const OPEN_TO_INSPECTION = { NODE_OPTIONS: '--inspect=127.0.0.1:0' };

/** Looks into a running process of Node's by its inspector, and at what the kernel says of it. */
export class Inspection {
  readonly #pid: number;
  readonly #socket: WebSocket;
  readonly #waiting = new Map<number, (answer: unknown) => void>();
  #calls = 0;

  private constructor(pid: number, socket: WebSocket) {
    this.#pid = pid;
    this.#socket = socket;
    socket.addEventListener('message', ({ data }) => {
      const { id, result, error } = JSON.parse(data) as { id: number; result?: unknown; error?: object };
      this.#waiting.get(id)?.(result ?? error);
      this.#waiting.delete(id);
    });
  }

  static async begin({ pid, log }: { pid: number; log: string }): Promise<Inspection> {
    const [, address] = /Debugger listening on (ws:\S+)/.exec(readFileSync(log, 'utf8')) ?? [];
    if (address === undefined) throw new Error(`Start it with NODE_OPTIONS=${OPEN_TO_INSPECTION.NODE_OPTIONS}.`);
    const socket = new WebSocket(address);
    await once(socket, 'open');
    return new Inspection(pid, socket);
  }

  async read(): Promise<VitalSigns> {
    // What one collection lets go of, the next one frees.
    for (let times = 0; times < 2; times++) await this.#call('HeapProfiler.collectGarbage');
    const { usedSize } = await this.#call<{ usedSize: number }>('Runtime.getHeapUsage');
    const expression = 'process.getActiveResourcesInfo().length';
    const { result } = await this.#call<{ result: { value: number } }>('Runtime.evaluate', { expression });
    const [, rss] = /^VmRSS:\s+(\d+) kB$/m.exec(readFileSync(`/proc/${this.#pid}/status`, 'utf8')) ?? [];
    return {
      'memory, KiB': Number(rss),
      'heap, KiB': usedSize / 1024,
      handles: result.value,
      'open files': readdirSync(`/proc/${this.#pid}/fd`).length,
    };
  }

  end(): void {
    this.#socket.close();
  }

  #call<T>(method: string, params: object = {}): Promise<T> {
    const { promise, resolve } = Promise.withResolvers<T>();
    this.#calls += 1;
    this.#waiting.set(this.#calls, resolve as (answer: unknown) => void);
    this.#socket.send(JSON.stringify({ id: this.#calls, method, params }));
    return promise;
  }
}
