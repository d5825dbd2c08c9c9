import type { Reach } from './reach.ts';

/** What an environment may reach, a line each, for people. */
export function reachLines({ dns, within, destinations }: Reach): string[] {
  const lines = [
    ...(dns ? ['the DNS of the cluster'] : []),
    ...(within ? ['its own pods'] : []),
    ...destinations.map(({ name, cidr, except, ports, protocol }) => {
      const block = except === undefined ? cidr : `${cidr} without ${except.join(', ')}`;
      return `${name}: ${block}, ${protocol} ${ports.join(', ')}`;
    }),
  ];
  return lines.length === 0 ? ['nothing'] : lines;
}
