import type { KubernetesObject } from '@kubernetes/client-node';
import { describe, expect, it, onTestFinished } from 'vitest';
import { adminCluster, terminate } from '../setup/client.ts';
import {
  administratorsApi,
  FINALIZER,
  held,
  hold,
  LATER,
  NAMED_WITHIN,
  setFinalizers,
  someEnvironment,
  teardownMessage,
  webhookThatIsDown,
} from '../setup/held.ts';
import { Guests } from './guests.ts';

/** As the memo holds it, with all else that is shown. */
const LONGEST_MESSAGE = 2000;

const guests = new Guests();

describe('what holds a teardown is named within a minute', () => {
  it('by kind, name and finalizer, where the worker may list the kind, and by kind and finalizer where not', async () => {
    const { token, identity, namespace } = await someEnvironment(guests);
    const letGo = [await hold('ConfigMap', 'held', namespace), await hold('Secret', 'kept', namespace)];

    await terminate(token, identity, LATER);

    await expect
      .poll(() => teardownMessage(token, identity), NAMED_WITHIN)
      .toContain(`ConfigMap held (finalizer ${FINALIZER})`);
    expect(await teardownMessage(token, identity)).toContain('secrets. has 1 resource instances');
    await expectOthersUnaffected();
    for (const release of letGo) await release();
    expect(await terminate(token, identity)).toMatchObject({ status: 200, body: { state: 'terminated' } });
  });

  it('a thousand objects are counted, and some of them named', { timeout: 300_000 }, async () => {
    const { token, identity, namespace } = await someEnvironment(guests);
    const api = administratorsApi();
    const numbers = Array.from({ length: 1000 }, (_, index) => String(index).padStart(4, '0'));
    await inParts(numbers, (number) => api.create(held('ServiceAccount', `held-${number}`, namespace)));

    await terminate(token, identity, LATER);

    await expect
      .poll(() => teardownMessage(token, identity), NAMED_WITHIN)
      .toMatch(/ServiceAccount held-0000 .* 99\d more of ServiceAccount/);
    expect((await teardownMessage(token, identity)).length).toBeLessThan(LONGEST_MESSAGE);
    await inParts(numbers, (number) => setFinalizers(api, 'ServiceAccount', `held-${number}`, namespace, []));
    expect(await terminate(token, identity)).toMatchObject({ status: 200, body: { state: 'terminated' } });
  });

  it('the namespace itself, where that is what has the finalizer', async () => {
    const { token, identity, namespace } = await someEnvironment(guests);
    const api = administratorsApi();
    await setFinalizers(api, 'Namespace', namespace, undefined, [FINALIZER]);
    onTestFinished(() => setFinalizers(api, 'Namespace', namespace, undefined, []).catch(() => undefined));

    await terminate(token, identity, LATER);

    await expect
      .poll(() => teardownMessage(token, identity), NAMED_WITHIN)
      .toContain(`the namespace itself (finalizer ${FINALIZER})`);
    await setFinalizers(api, 'Namespace', namespace, undefined, []);
    expect(await terminate(token, identity)).toMatchObject({ status: 200, body: { state: 'terminated' } });
  });

  it('a volume that stays, with its finalizer', async () => {
    const { token, identity, namespace } = await someEnvironment(guests, 'node');
    const cluster = await adminCluster();
    const api = administratorsApi();
    const claims = await cluster.list<KubernetesObject & { spec: { volumeName: string } }>(
      { apiVersion: 'v1', kind: 'PersistentVolumeClaim' },
      namespace,
    );
    const volume = claims[0]?.spec.volumeName ?? '';
    await setFinalizers(api, 'PersistentVolume', volume, undefined, [FINALIZER]);
    onTestFinished(() => setFinalizers(api, 'PersistentVolume', volume, undefined, []).catch(() => undefined));

    await terminate(token, identity, LATER);

    const named = new RegExp(`volume ${volume} \\(.*finalizer ${FINALIZER}`);
    await expect.poll(() => teardownMessage(token, identity), NAMED_WITHIN).toMatch(named);
    await setFinalizers(api, 'PersistentVolume', volume, undefined, []);
    expect(await terminate(token, identity)).toMatchObject({ status: 200, body: { state: 'terminated' } });
  });

  it('a webhook that refuses the deletion, also where it cannot be asked', async () => {
    const { token, identity, namespace } = await someEnvironment(guests);
    const lift = await webhookThatIsDown(await adminCluster(), namespace);

    await terminate(token, identity, LATER);

    await expect.poll(() => teardownMessage(token, identity), NAMED_WITHIN).toContain('keep.example.com');
    await lift();
    expect(await terminate(token, identity)).toMatchObject({ status: 200, body: { state: 'terminated' } });
  });
});

it('in the end nothing is left of any of them', { meta: { fault: 'finalizer or webhook holds a namespace' } }, async ({
  task,
}) => {
  await guests.closeRow(task, 5);
});

/** Another developer starts and ends an environment meanwhile. */
async function expectOthersUnaffected(): Promise<void> {
  const { token, identity } = await someEnvironment(guests);
  expect(await terminate(token, identity)).toMatchObject({ status: 200, body: { state: 'terminated' } });
}

/** The machine is shared. */
async function inParts<T>(all: readonly T[], act: (one: T) => Promise<unknown>): Promise<void> {
  for (let begin = 0; begin < all.length; begin += 25) await Promise.all(all.slice(begin, begin + 25).map(act));
}
