import { readdirSync, readFileSync } from 'node:fs';
import { basename, dirname } from 'node:path';

/** As Linux counts in what it tells of processes. */
const MS_A_TICK = 10;

/** Processor time by program, in milliseconds. */
export type ProcessorTime = Record<string, number>;

/** What this process and those that it has started have used so far, by the names of their programs; nothing but on Linux. */
export function processorTime(): ProcessorTime {
  if (process.platform !== 'linux') return {};
  const used: ProcessorTime = {};
  const processes = readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .flatMap(seen);
  for (const { id, parent, ms } of processes) {
    const isOurs = id === process.pid || parent === process.pid;
    if (!isOurs) continue;
    const name = id === process.pid ? 'this benchmark' : programOf(id);
    used[name] = (used[name] ?? 0) + ms;
  }
  return used;
}

/** What was used since. */
export function usedSince(before: ProcessorTime): ProcessorTime {
  return Object.fromEntries(Object.entries(processorTime()).map(([name, ms]) => [name, ms - (before[name] ?? 0)]));
}

function seen(id: string): { id: number; parent: number; ms: number }[] {
  try {
    const stat = readFileSync(`/proc/${id}/stat`, 'utf8');
    // The program's name, in brackets, may hold anything.
    const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
    return [{ id: Number(id), parent: Number(fields[1]), ms: MS_A_TICK * (Number(fields[11]) + Number(fields[12])) }];
  } catch {
    // It has ended meanwhile.
    return [];
  }
}

/** Worker and API are both Node, and told apart by what it runs. */
function programOf(id: number): string {
  try {
    const [program = '', script] = readFileSync(`/proc/${id}/cmdline`, 'utf8').split('\0');
    return script?.endsWith('main.ts') ? basename(dirname(script)) : basename(program);
  } catch {
    return 'ended';
  }
}
