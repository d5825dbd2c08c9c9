import { randomBytes } from 'node:crypto';
import { join } from 'node:path';
import { inject, type TestContext } from 'vitest';
import type { Environment } from '../../src/environment/environment.ts';
import type { Identity } from '../../src/environment/identity.ts';
import { adminToken, someDeveloper, temporalClient, terminate } from '../setup/client.ts';
import { closeRow } from './row.ts';

/** The developers of one file, on the servers that all share: they are counted, and nobody else is. */
export class Guests {
  readonly #developers = `g${randomBytes(4).toString('hex')}`;
  readonly #accepted: Environment[] = [];

  /** A new one, with a project. */
  identity(): Identity {
    return { dev_id: someDeveloper(this.#developers), project: 'shop' };
  }

  /** Notes a start that was accepted, as it was answered. */
  accept<T extends Environment>(environment: T): T {
    this.#accepted.push(environment);
    return environment;
  }

  /** Ends all that they have begun, and closes their row of the matrix. */
  async closeRow(task: TestContext['task'], runs: number): Promise<void> {
    const token = await adminToken();
    const all = new Map(this.#accepted.map(({ dev_id, project }) => [dev_id, { dev_id, project }]));
    await Promise.all([...all.values()].map((identity) => terminate(token, identity)));
    const { adminKubeconfig, stateDir } = inject('servers');
    await closeRow(task, runs, {
      developers: this.#developers,
      temporal: await temporalClient(),
      isShared: true,
      adminKubeconfig,
      etcdDirectory: join(stateDir, 'etcd'),
      accepted: this.#accepted,
    });
  }
}
