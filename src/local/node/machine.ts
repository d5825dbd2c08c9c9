import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import { promisify } from 'node:util';
import type { Machine } from './choice.ts';

const run = promisify(execFile);

/** The Debian packages that a node is made of or made with, each by a file of its own or another's that does as well. */
const PACKAGES = {
  containerd: ['/usr/bin/containerd'],
  runc: ['/usr/sbin/runc', '/usr/bin/runc'],
  'containernetworking-plugins': ['/usr/lib/cni/ptp'],
  nftables: ['/usr/sbin/nft'],
  iproute2: ['/usr/bin/ip', '/sbin/ip'],
  mmdebstrap: ['/usr/bin/mmdebstrap'],
  openssl: ['/usr/bin/openssl'],
} as const;

/** Looks what this machine has. */
export async function observeMachine(): Promise<Machine> {
  const isRoot = process.getuid?.() === 0;
  return {
    platform: process.platform,
    isRoot,
    makesNamespaces: isRoot && (await succeeds('unshare', ['--net', '--mount', '--pid', '--fork', 'true'])),
    missingPackages: Object.entries(PACKAGES).flatMap(([name, files]) =>
      files.some((file) => existsSync(file)) ? [] : [name],
    ),
    hasApt: existsSync('/usr/bin/apt-get'),
  };
}

async function succeeds(command: string, args: readonly string[]): Promise<boolean> {
  return await run(command, [...args]).then(
    () => true,
    () => false,
  );
}
