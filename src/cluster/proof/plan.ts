import { isIPv6 } from 'node:net';
import { type Expectation, type Finding, judge, unproven } from '../../environment/proof.ts';
import type { Check, Target } from '../../environment/proof-checks.ts';
import { LISTEN_PORT } from './pod.ts';

/** One thing to try, from inside a pod. */
export interface Probe {
  /** An address, a name, or a variable of the pod that holds an address. */
  host: string;
  port: number;
  protocol: 'TCP' | 'UDP' | 'DNS';
  expected: Expectation;
}

/** The addresses that are known only once listeners run. */
export interface Addresses {
  /** Of the listeners in the environment and in its neighbour. */
  environment: readonly string[];
  neighbour: readonly string[];
  /** Of the apiserver: as a service, and its own. */
  clusterApi: readonly { host: string; port: number }[];
}

/** What to try for one check: each place, and the same from where nothing forbids it. */
export interface PlannedCheck {
  check: Check;
  tries: { probe: Probe; control: Probe | undefined }[];
}

/** A name that every cluster has, by whatever domain. */
const KNOWN_NAME = 'kubernetes.default.svc';
const KUBELET_PORT = 10_250;

/**
 * How checks are made with these addresses. The control of each try is made by the neighbour, at the same place; for
 * what listens in an environment, which is shut to the neighbour as well, it is the neighbour's own listener.
 */
export function planOf(checks: readonly Check[], addresses: Addresses): PlannedCheck[] {
  return checks.map((check) => {
    const { to, expected } = check;
    if (to.place === 'unknown') return { check, tries: [] };
    const controls = placesOf(to.place === 'environment' ? { place: 'neighbour' } : to, addresses);
    const tries = placesOf(to, addresses).map((place, index) => {
      const same = to.place === 'environment' ? controls.find((other) => isAlike(place, other)) : controls[index];
      return { probe: { ...place, expected }, control: same && { ...same, expected: 'open' as const } };
    });
    return { check, tries };
  });
}

/** The probes of a plan, by where they are made. */
export function probesOf(plan: readonly PlannedCheck[], from: Check['from']): Probe[] {
  return plan.flatMap(({ check, tries }) => {
    const own = check.from === from ? tries.map(({ probe }) => probe) : [];
    const isControlled = from === 'neighbour' && check.expected !== 'observed';
    return isControlled ? [...own, ...tries.flatMap(({ control }) => control ?? [])] : own;
  });
}

/** What a check has come to. @param answered the probes that were answered */
export function findingOf({ check, tries }: PlannedCheck, answered: ReadonlySet<Probe>): Finding {
  const { name, expected, to } = check;
  if (to.place === 'unknown') return unproven(name, expected, to.why);
  const sightings = tries.map(({ probe, control }) => ({
    place: nameOf(probe),
    open: answered.has(probe),
    ...(expected !== 'observed' && { control: control && answered.has(control) }),
  }));
  return judge(name, expected, sightings);
}

type Place = Omit<Probe, 'expected'>;

function placesOf(to: Target, addresses: Addresses): Place[] {
  switch (to.place) {
    case 'environment':
    case 'neighbour':
      return addresses[to.place].flatMap((host) =>
        (['TCP', 'UDP'] as const).map((protocol) => ({ host, port: LISTEN_PORT, protocol })),
      );
    case 'cluster-api':
      return addresses.clusterApi.map(({ host, port }) => ({ host, port, protocol: 'TCP' }));
    case 'node':
      return [{ host: '$HOST_IP', port: KUBELET_PORT, protocol: 'TCP' }];
    case 'names':
      return [{ host: KNOWN_NAME, port: 53, protocol: 'DNS' }];
    case 'address':
      return to.ports.map((port) => ({ host: to.address, port, protocol: to.protocol }));
  }
}

function isAlike(one: Place, other: Place): boolean {
  return one.protocol === other.protocol && isIPv6(one.host) === isIPv6(other.host);
}

function nameOf({ host, port, protocol }: Probe): string {
  if (protocol === 'DNS') return host;
  const where = host === '$HOST_IP' ? 'its node' : isIPv6(host) ? `[${host}]` : host;
  return `${where}:${port}/${protocol}`;
}
