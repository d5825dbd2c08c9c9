import { execFileSync } from 'node:child_process';
import { existsSync, rmSync, writeFileSync } from 'node:fs';

/** What the system suite needs, by a file of each Debian package. */
const PACKAGES = {
  haproxy: '/usr/sbin/haproxy',
  iproute2: '/sbin/ip',
  nftables: '/usr/sbin/nft',
  prometheus: '/usr/bin/prometheus',
  'util-linux': '/usr/bin/unshare',
};

/** What Debian's packages ask before they start what they bring: nothing of it is to run but what tests start themselves. */
const POLICY = '/usr/sbin/policy-rc.d';
const FORBIDDEN = '#!/bin/sh\nexit 101\n';

/** Installs the Debian packages that are missing. */
export default function setup(): void {
  const missing = Object.entries(PACKAGES).flatMap(([name, file]) => (existsSync(file) ? [] : [name]));
  if (missing.length === 0) return;
  process.stderr.write(`Installing Debian packages: ${missing.join(', ')} …\n`);
  execFileSync('apt-get', ['update', '-qq'], { stdio: 'inherit' });
  const isOurs = !existsSync(POLICY);
  if (isOurs) writeFileSync(POLICY, FORBIDDEN, { mode: 0o755 });
  try {
    execFileSync('apt-get', ['install', '-y', '-qq', '--no-install-recommends', ...missing], { stdio: 'inherit' });
  } finally {
    if (isOurs) rmSync(POLICY);
  }
}
