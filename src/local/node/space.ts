import type { ChildProcess } from 'node:child_process';
import { readlinkSync } from 'node:fs';
import { CommandFailure, runCommand } from '../install/command.ts';
import type { ServerCommand, Supervisor } from '../processes/supervisor.ts';
import { waitUntil } from '../readiness.ts';
import { UserError } from '../user-error.ts';
import { type Link, UPLINK } from './link.ts';
import { SERVICE_RANGES } from './ranges.ts';

/** The directories of the system that a node keeps state in, by where they lie in the node's own directory. */
const OWN_DIRECTORIES = { lib: '/var/lib', log: '/var/log' } as const;

/**
 * Keeps the namespaces open, and buries the dead: whose parent has gone becomes a child of the first process. What is
 * mounted here is seen here only, and `/run` is empty as after a boot.
 *
 * Arguments: the node's own directory, then pairs of a directory in it and where it is seen.
 */
const FIRST_PROCESS = `
  set -e
  mount --make-rshared /
  mount -t tmpfs -o mode=0755 tmpfs /run
  own=$1; shift
  while [ $# -gt 0 ]; do mkdir -p "$own/$1" "$2"; mount --bind "$own/$1" "$2"; shift 2; done
  ip link set lo up
  while :; do sleep 3600 & wait $!; done`;

/**
 * A network, mount and process space of its own, of which nothing is left once its first process has ended: neither a
 * process, nor a mount, nor an interface, nor a rule.
 */
export class NodeSpace {
  readonly #holder: number;
  readonly #supervisor: Supervisor;

  private constructor(holder: number, supervisor: Supervisor) {
    this.#holder = holder;
    this.#supervisor = supervisor;
  }

  /**
   * Makes the space and links it to the machine. There is no route from it to anywhere else.
   *
   * @param directory - where what is to survive is kept
   */
  static async open(supervisor: Supervisor, directory: string, link: Link): Promise<NodeSpace> {
    const binds = Object.entries(OWN_DIRECTORIES).flat();
    const child: ChildProcess = supervisor.start({
      name: 'node',
      command: 'unshare',
      args: [
        ...['--net', '--mount', '--pid', '--mount-proc', '--fork', '--kill-child'],
        ...['sh', '-c', FIRST_PROCESS, 'node', directory, ...binds],
      ],
      // Its first process heeds no other signal, as a first process does not.
      graceMs: 0,
    });
    if (child.pid === undefined) throw new Error('unshare could not be started');
    const space = new NodeSpace(child.pid, supervisor);
    const isReady = async (): Promise<boolean> =>
      space.#isApart() && (await space.run(['ip', 'link', 'show', 'up', 'dev', 'lo'])) !== '';
    await waitUntil('the node', isReady, { signal: supervisor.signal, intervalMs: 20 });
    await space.#connect(link);
    return space;
  }

  /** A server as it is started in here. */
  inside(server: ServerCommand): ServerCommand {
    return { ...server, command: 'nsenter', args: [...this.#enter(), server.command, ...server.args] };
  }

  /** Runs a command in here to its end. @returns what it said */
  run([command = '', ...args]: readonly string[]): Promise<string> {
    return this.#outside(['nsenter', ...this.#enter(), command, ...args]);
  }

  async #connect({ name, machine, node }: Link): Promise<void> {
    const peer = ['type', 'veth', 'peer', 'name', UPLINK, 'netns', String(this.#holder)];
    await this.#outside(['ip', 'link', 'add', name, ...peer]);
    await this.#outside(['ip', 'address', 'add', `${machine.ipv4}/30`, 'dev', name]);
    await this.#outside(['ip', 'address', 'add', `${machine.ipv6}/126`, 'dev', name, 'nodad']);
    await this.#outside(['ip', 'link', 'set', name, 'up']);
    await this.run(['sh', '-c', INNER_NETWORK, 'network', node.ipv4, node.ipv6, ...SERVICE_RANGES]);
  }

  /** Until its namespaces are made, it is in those of the machine. */
  #isApart(): boolean {
    const own = (kind: string) => readlinkSync(`/proc/self/ns/${kind}`);
    const its = (kind: string) => readlinkSync(`/proc/${this.#holder}/ns/${kind}`);
    return ['net', 'mnt'].every((kind) => own(kind) !== its(kind)) && own('pid') !== its('pid_for_children');
  }

  #enter(): string[] {
    const of = (kind: string) => `/proc/${this.#holder}/ns/${kind}`;
    return [`--net=${of('net')}`, `--mount=${of('mnt')}`, `--pid=${of('pid_for_children')}`];
  }

  #outside([command = '', ...args]: readonly string[]): Promise<string> {
    const options = { env: { PATH: process.env.PATH }, supervisor: this.#supervisor };
    return runCommand(command, args, options).catch((error: unknown) => {
      throw error instanceof CommandFailure ? asUserError(error) : error;
    });
  }
}

function asUserError({ message, output }: CommandFailure): UserError {
  return new UserError(
    `The node could not be set up: ${message}, and it said: ${output}. --simulated does without one.`,
  );
}

/**
 * Forwards between pods, believes no foreign sender, and swallows what is meant for a service that does not exist. What
 * pods send over the link bears the node's address: the machine knows no other. Services themselves come later.
 */
const INNER_NETWORK = `
  set -e
  ip address add "$1/30" dev ${UPLINK}
  ip address add "$2/126" dev ${UPLINK} nodad
  ip link set ${UPLINK} up
  echo 1 > /proc/sys/net/ipv4/ip_forward
  echo 1 > /proc/sys/net/ipv6/conf/all/forwarding
  for scope in all default; do echo 1 > /proc/sys/net/ipv4/conf/$scope/rp_filter; done
  ip route add blackhole "$3"
  ip -6 route add blackhole "$4"
  nft -f - <<'RULES'
    table inet berth_link {
      chain leave { type nat hook postrouting priority srcnat; oifname "${UPLINK}" fib saddr type != local masquerade; }
    }
RULES`;
