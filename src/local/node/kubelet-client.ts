import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { makeDirectories } from '../directories.ts';
import { runCommand } from '../install/command.ts';
import type { Supervisor } from '../processes/supervisor.ts';

/** By what the apiserver proves to the kubelet who it is; the rights of this name are in tools/node/access.yaml. */
const NAME = 'berth-local-apiserver';
const LIFETIME_DAYS = 3650;

/** A certificate and its key, both PEM files. */
export interface ClientCertificate {
  readonly certificate: string;
  readonly key: string;
}

/** The certificate by which the apiserver calls the kubelet, made once in the life of the directory. It signs itself. */
export async function kubeletClient(directory: string, supervisor: Supervisor): Promise<ClientCertificate> {
  makeDirectories(directory);
  const [certificate, key] = [join(directory, 'kubelet-client.crt'), join(directory, 'kubelet-client.key')];
  if (!existsSync(certificate)) {
    const what = [
      '-x509',
      '-newkey',
      'ec',
      '-pkeyopt',
      'ec_paramgen_curve:P-256',
      '-noenc',
      '-days',
      `${LIFETIME_DAYS}`,
    ];
    const who = ['-subj', `/CN=${NAME}`, '-addext', 'extendedKeyUsage=clientAuth'];
    // The certificate last: where it is, the key is too.
    const where = ['-keyout', key, '-out', certificate];
    await runCommand('openssl', ['req', ...what, ...who, ...where], { env: { PATH: process.env.PATH }, supervisor });
  }
  return { certificate, key };
}
