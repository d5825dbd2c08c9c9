import { execFileSync } from 'node:child_process';
import { existsSync } from 'node:fs';

/** What the system suite needs, by a file of each Debian package. */
const PACKAGES = {
  haproxy: '/usr/sbin/haproxy',
  iproute2: '/sbin/ip',
  nftables: '/usr/sbin/nft',
  'util-linux': '/usr/bin/unshare',
};

/** Installs the Debian packages that are missing. */
export default function setup(): void {
  const missing = Object.entries(PACKAGES).flatMap(([name, file]) => (existsSync(file) ? [] : [name]));
  if (missing.length === 0) return;
  process.stderr.write(`Installing Debian packages: ${missing.join(', ')} …\n`);
  execFileSync('apt-get', ['update', '-qq'], { stdio: 'inherit' });
  execFileSync('apt-get', ['install', '-y', '-qq', '--no-install-recommends', ...missing], { stdio: 'inherit' });
}
