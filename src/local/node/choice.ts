/** What a machine has of that which a real node takes. */
export interface Machine {
  readonly platform: NodeJS.Platform;
  readonly isRoot: boolean;
  /** Whether it lets us make network, mount and process namespaces. */
  readonly makesNamespaces: boolean;
  /** The Debian packages that a node needs and the machine lacks. */
  readonly missingPackages: readonly string[];
  /** Whether Debian packages can be installed. */
  readonly hasApt: boolean;
}

/** Which node the embedded control plane gets: one that runs containers, or one that says that it does. */
export type NodeChoice =
  | { readonly kind: 'real'; readonly packagesToInstall: readonly string[] }
  | { readonly kind: 'simulated'; readonly reason: string };

/** A real node wherever one can run and nobody asked for the other; the reason is a sentence for people. */
export function chooseNode(machine: Machine, asksForSimulated: boolean): NodeChoice {
  const reason = asksForSimulated ? 'Asked for by --simulated.' : obstacle(machine);
  if (reason !== undefined) return { kind: 'simulated', reason };
  return { kind: 'real', packagesToInstall: machine.missingPackages };
}

function obstacle({ platform, isRoot, makesNamespaces, missingPackages, hasApt }: Machine): string | undefined {
  if (platform !== 'linux') return 'A real node needs Linux.';
  if (!isRoot) return 'A real node needs root: run it with sudo for one.';
  if (!makesNamespaces) return 'This machine does not let root make namespaces, as in an unprivileged container.';
  if (missingPackages.length === 0 || hasApt) return undefined;
  return `A real node needs what Debian has in these packages, and apt-get is not there to install them: ${missingPackages.join(', ')}.`;
}
