import { ownProcesses, programOf } from '../processes.ts';

/** Processor time by program, in milliseconds. */
export type ProcessorTime = Record<string, number>;

/** What this process and those that it has started have used so far, by the names of their programs; nothing but on Linux. */
export function processorTime(): ProcessorTime {
  const used: ProcessorTime = {};
  for (const one of ownProcesses()) {
    const name = one.id === process.pid ? 'this benchmark' : programOf(one);
    used[name] = (used[name] ?? 0) + one.ms;
  }
  return used;
}

/** What was used since. */
export function usedSince(before: ProcessorTime): ProcessorTime {
  return Object.fromEntries(Object.entries(processorTime()).map(([name, ms]) => [name, ms - (before[name] ?? 0)]));
}
