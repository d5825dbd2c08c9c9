import type { V1ConfigMap } from '@kubernetes/client-node';
import { expect, it } from 'vitest';
import { adminCluster, someDeveloper, start, status, tokenFor } from '../setup/client.ts';

it.each<[string, Record<string, string>, Record<string, string>]>([
  ['nothing', {}, { repository: '', ref: '' }],
  [
    'a repository',
    { repository: 'https://there.example/shop.git', ref: 'v1' },
    { repository: 'https://there.example/shop.git', ref: 'v1' },
  ],
])(
  'late parameters are files that pods mount, and what was asked for is verified in them: %s',
  async (_, parameters, data) => {
    const dev_id = someDeveloper();
    const token = await tokenFor(dev_id);

    const { body } = await start(token, { dev_id, project: 'shop', template: 'node', parameters });

    expect(body).toMatchObject({ state: 'ready', parameters: data });
    const metadata = { name: 'berth', namespace: body.namespace ?? '' };
    const cluster = await adminCluster();
    expect(await cluster.read<V1ConfigMap>({ apiVersion: 'v1', kind: 'ConfigMap', metadata })).toMatchObject({ data });
    expect((await status(token, { dev_id, project: 'shop' })).body).not.toHaveProperty('drift');
  },
);
