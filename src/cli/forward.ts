import { once } from 'node:events';
import { Api } from './api.ts';
import type { Command } from './command.ts';
import { Entrance } from './remote/entrance.ts';
import { findPod } from './remote/pods.ts';
import { findBehind } from './remote/services.ts';
import { type Ports, Tunnel } from './remote/tunnel.ts';
import { read, UsageError } from './usage.ts';

const usage = `Usage: berth forward PROJECT [LOCAL:]PORT [--pod POD | --service SERVICE]

Lets programs on this machine, and on no other, reach a port of the environment. Ctrl-C ends it.

  LOCAL                the port on this machine (default: the same one; 0: any that is free)
  PORT                 the port of the pod, or of the service
  --pod POD            the pod's name, or its name in the template (default: the first one that is ready)
  --service SERVICE    a pod behind this service
  --dev-id ID          whose, where you are an administrator
  --json               print the address as JSON
`;

const OPTIONS = {
  pod: { type: 'string' },
  service: { type: 'string' },
  'dev-id': { type: 'string' },
  json: { type: 'boolean' },
} as const;

/** At a time: it is asked for again for as long as connections are made. */
const ACCESS_FOR = '1h';

async function run(args: readonly string[]): Promise<number> {
  const { options, words } = read(args, OPTIONS, ['PROJECT', '[LOCAL:]PORT']);
  const [project = '', ports = ''] = words;
  const { pod: wanted = '', service, 'dev-id': devId, json = false } = options;
  if (service !== undefined && wanted !== '') throw new UsageError('Name a pod or a service, not both.');
  const { local, remote: asked } = portsOf(ports);
  const api = new Api(process.env);
  const entrance = new Entrance(api, await api.identity(project, devId), ACCESS_FOR);
  const { kubeConfig, namespace } = await entrance.open();
  const { pod, port: remote } =
    service === undefined
      ? { ...(await findPod(kubeConfig, namespace, wanted)), port: asked }
      : await findBehind(kubeConfig, namespace, service, asked);
  const tell = (line: string): void => void process.stderr.write(`${line}\n`);
  const tunnel = await Tunnel.open(entrance, pod, { local, remote }, tell);
  const address = { host: tunnel.host, port: tunnel.port, pod, pod_port: remote };
  process.stdout.write(
    json
      ? `${JSON.stringify(address)}\n`
      : `${tunnel.host}:${tunnel.port} leads to port ${remote} of ${pod}. Ctrl-C ends it.\n`,
  );
  await Promise.race([once(process, 'SIGINT'), once(process, 'SIGTERM')]);
  tunnel.close();
  return 0;
}

/**
 * Reads `PORT` or `LOCAL:PORT`.
 * @throws UsageError
 */
export function portsOf(text: string): Ports {
  const [, local, remote = ''] = /^(?:(\d{1,5}):)?(\d{1,5})$/.exec(text) ?? [];
  const ports = { local: Number(local ?? remote), remote: Number(remote) };
  if (remote === '' || ports.remote < 1 || Math.max(ports.local, ports.remote) > 65_535)
    throw new UsageError('The port must be from 1 to 65535, as in 8080 or 18080:8080.');
  return ports;
}

export const forward: Command = { usage, run };
