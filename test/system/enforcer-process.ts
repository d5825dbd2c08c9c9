import { type ChildProcess, execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { runGo } from '../setup/go.ts';

const TABLE = ['inet', 'network_policy'];

/** Builds the enforcer; returns its path. */
export async function buildEnforcer(directory: string): Promise<string> {
  const program = join(directory, 'policy-enforcer');
  await runGo('enforcer', ['build', '-trimpath', '-buildvcs=false', '-o', program, '.']);
  return program;
}

/** A network namespace for the enforcer's rules, with no links. */
export class NetworkNamespace {
  readonly name: string;

  constructor(name: string) {
    this.name = name;
    execFileSync('ip', ['netns', 'add', name]);
  }

  remove(): void {
    execFileSync('ip', ['netns', 'delete', this.name]);
  }

  /**
   * A directory to put first in a PATH: its `nft` programs this namespace, while whoever calls it stays in a network
   * where the apiserver can be reached.
   */
  nftIn(directory: string): string {
    const path = join(directory, 'bin');
    const nft = execFileSync('sh', ['-c', 'command -v nft'], { encoding: 'utf8' }).trim();
    mkdirSync(path, { recursive: true });
    writeFileSync(join(path, 'nft'), `#!/bin/sh\nexec nsenter --net=/run/netns/${this.name} ${nft} "$@"\n`, {
      mode: 0o755,
    });
    return path;
  }

  /** What the kernel has for an address: the chain that its connections must pass, `return` for none, or undefined. */
  chainOf(address: string, direction: 'ingress' | 'egress'): string | undefined {
    const map = `${direction}_of${address.includes(':') ? 6 : 4}`;
    const listed = this.nft(['list', 'map', ...TABLE, map]);
    return new RegExp(`[ {]${address.replaceAll('.', '\\.')} : (?:goto )?([\\w]+)`).exec(listed)?.[1];
  }

  /** The rules of a chain. */
  rulesOf(chain: string): string {
    return this.nft(['list', 'chain', ...TABLE, chain]);
  }

  nft(args: readonly string[]): string {
    return execFileSync('nsenter', [`--net=/run/netns/${this.name}`, 'nft', ...args], { encoding: 'utf8' });
  }
}

/** A running enforcer. */
export class Enforcer {
  readonly child: ChildProcess;
  readonly readyFile: string;
  readonly ended: Promise<unknown[]>;
  log = '';

  constructor(program: string, kubeconfig: string, directory: string, path: string) {
    this.readyFile = join(directory, 'enforcer.ready');
    rmSync(this.readyFile, { force: true });
    const cidrs = '10.244.0.0/24,fd00:10:244::/64';
    const args = ['--kubeconfig', kubeconfig, '--pod-cidrs', cidrs, '--ready-file', this.readyFile];
    this.child = spawn(program, args, { env: { PATH: path }, stdio: ['ignore', 'ignore', 'pipe'] });
    this.child.stderr?.on('data', (chunk: Buffer) => {
      this.log += chunk.toString();
    });
    this.ended = once(this.child, 'close');
  }

  get ready(): boolean {
    return existsSync(this.readyFile);
  }

  async end(signal: NodeJS.Signals): Promise<unknown> {
    this.child.kill(signal);
    const [code] = await this.ended;
    return code;
  }
}
