import { existsSync, mkdirSync, readdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { identify, isRunning, type ProcessIdentity } from './identity.ts';

/**
 * What runs on behalf of one state directory, on disk, so that a start after `kill -9` finds what the last one left.
 *
 * Writing is synchronous: nothing of ours may run unrecorded while the event loop turns.
 */
export class ProcessRecords {
  readonly #directory: string;

  /** @param stateDirectory - an existing directory */
  constructor(stateDirectory: string) {
    this.#directory = join(stateDirectory, 'processes');
  }

  /** Records a process right after its spawn. One that has already ended leaves no record. */
  add(name: string, pid: number): void {
    const identity = identify(pid);
    if (identity === undefined) return;
    const file = this.#file(name);
    mkdirSync(this.#directory, { recursive: true });
    writeFileSync(`${file}.new`, JSON.stringify(identity));
    renameSync(`${file}.new`, file);
  }

  /** Forgets a process that has ended. */
  remove(name: string): void {
    rmSync(this.#file(name), { force: true });
  }

  /** The recorded processes that still run, by name. */
  running(): Map<string, ProcessIdentity> {
    const running = new Map<string, ProcessIdentity>();
    for (const entry of existsSync(this.#directory) ? readdirSync(this.#directory) : []) {
      const identity = readIdentity(join(this.#directory, entry));
      if (entry.endsWith('.json') && identity !== undefined && isRunning(identity)) {
        running.set(entry.slice(0, -'.json'.length), identity);
      }
    }
    return running;
  }

  /** Kills every recorded process that still runs, and its group, at once. */
  killAll(): void {
    for (const { pid } of this.running().values()) signalGroup(pid, 'SIGKILL');
  }

  /**
   * Ends every recorded process that still runs, and its group, and clears the records.
   *
   * @param graceMs - how long they may take to end by themselves before they are killed
   * @returns the names of those that were ended
   */
  async endLeftovers(graceMs = 5_000): Promise<string[]> {
    const leftovers = this.running();
    for (const { pid } of leftovers.values()) signalGroup(pid, 'SIGTERM');
    await waitForEnd([...leftovers.values()], graceMs);
    for (const identity of leftovers.values()) if (isRunning(identity)) signalGroup(identity.pid, 'SIGKILL');
    await waitForEnd([...leftovers.values()], graceMs);
    rmSync(this.#directory, { recursive: true, force: true });
    return [...leftovers.keys()];
  }

  #file(name: string): string {
    return join(this.#directory, `${name}.json`);
  }
}

/** Sends a signal to a process and to all of its group; nothing happens when they have gone. */
export function signalGroup(pid: number, signal: NodeJS.Signals): void {
  try {
    process.kill(-pid, signal);
  } catch {
    // It ended in the meantime.
  }
}

async function waitForEnd(identities: ProcessIdentity[], timeoutMs: number): Promise<void> {
  const deadline = Date.now() + timeoutMs;
  while (Date.now() < deadline && identities.some(isRunning)) await sleep(20);
}

function readIdentity(file: string): ProcessIdentity | undefined {
  try {
    const value: unknown = JSON.parse(readFileSync(file, 'utf8'));
    if (typeof value !== 'object' || value === null || !('pid' in value) || !('startedAt' in value)) return undefined;
    const { pid, startedAt } = value;
    return typeof pid === 'number' && typeof startedAt === 'string' ? { pid, startedAt } : undefined;
  } catch {
    return undefined;
  }
}
