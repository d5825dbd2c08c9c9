import { readdirSync, readFileSync } from 'node:fs';
import { basename, dirname } from 'node:path';

/** As Linux counts in what it tells of processes. */
const MS_A_TICK = 10;
/** The state of a socket that listens, in what it tells of sockets. */
const LISTENS = '0A';

/** A process that runs. */
export interface RunningProcess {
  id: number;
  parent: number;
  /** The processor time that it has used so far, in milliseconds. */
  ms: number;
}

/** This process and those that it has started; none but on Linux. */
export function ownProcesses(): RunningProcess[] {
  if (process.platform !== 'linux') return [];
  const all = readdirSync('/proc').filter((name) => /^\d+$/.test(name));
  return all.flatMap(seen).filter(({ id, parent }) => [id, parent].includes(process.pid));
}

/** The name of a process's program. Worker and API are both Node, and told apart by what it runs. */
export function programOf({ id }: RunningProcess): string {
  try {
    const [program = '', script] = readFileSync(`/proc/${id}/cmdline`, 'utf8').split('\0');
    return script?.endsWith('main.ts') ? basename(dirname(script)) : basename(program);
  } catch {
    return 'ended';
  }
}

/** How many sockets listen at a port of IPv4; `undefined` but on Linux. */
export function listenersAt(port: number): number | undefined {
  if (process.platform !== 'linux') return undefined;
  const [, ...sockets] = readFileSync('/proc/net/tcp', 'utf8').trim().split('\n');
  return sockets.filter((socket) => {
    const [, local = '', , state] = socket.trim().split(/\s+/);
    return state === LISTENS && Number.parseInt(local.split(':')[1] ?? '', 16) === port;
  }).length;
}

function seen(id: string): RunningProcess[] {
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
