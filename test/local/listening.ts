import { readdirSync, readFileSync, readlinkSync } from 'node:fs';

/** The addresses, in hexadecimal as in /proc/net, that a process listens on: TCP, and UDP that is bound. */
export function listeningAddresses(pid: number): string[] {
  const sockets = new Set(socketsOf(pid));
  return ['tcp', 'tcp6', 'udp', 'udp6'].flatMap((protocol) => {
    const rows = readFileSync(`/proc/${pid}/net/${protocol}`, 'utf8').trim().split('\n').slice(1);
    return rows.flatMap((row) => {
      const [, local = '', , state, , , , , , inode = ''] = row.trim().split(/\s+/);
      const listens = protocol.startsWith('udp') || state === '0A';
      return listens && sockets.has(inode) ? [local.split(':')[0] ?? ''] : [];
    });
  });
}

/** 127.0.0.1 and ::1, as /proc/net writes them on a little-endian machine. */
export const LOOPBACK_ADDRESSES = ['0100007F', '00000000000000000000000001000000', '0000000000000000FFFF00000100007F'];

function socketsOf(pid: number): string[] {
  const directory = `/proc/${pid}/fd`;
  return readdirSync(directory).flatMap((descriptor) => {
    try {
      return /^socket:\[(\d+)\]$/.exec(readlinkSync(`${directory}/${descriptor}`))?.[1] ?? [];
    } catch {
      return [];
    }
  });
}
