import { readFileSync } from 'node:fs';
import { request } from 'node:https';

/**
 * Whether the embedded apiserver says that it is ready.
 *
 * @throws Error as long as it has no certificate or does not answer
 */
export function apiserverIsReady(host: string, port: number, certificateFile: string, token: string): Promise<boolean> {
  const ca = readFileSync(certificateFile);
  return new Promise((resolve, reject) => {
    const call = request(
      {
        host,
        port,
        path: '/readyz',
        ca,
        agent: false,
        timeout: 2_000,
        headers: { authorization: `Bearer ${token}` },
      },
      (response) => {
        response.resume();
        resolve(response.statusCode === 200);
      },
    );
    call.once('timeout', () => call.destroy(new Error('the apiserver did not answer within 2 s')));
    call.once('error', reject);
    call.end();
  });
}
