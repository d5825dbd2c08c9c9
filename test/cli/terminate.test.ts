import { describe, expect, it } from 'vitest';
import { adminCluster, adminToken } from '../setup/client.ts';
import { berth, someone } from './berth.ts';

describe('berth terminate', () => {
  it('waits until nothing is left, and shows what holds it meanwhile', async () => {
    const { developer, variables } = await someone();
    await berth(['start', 'shop', '--template=bare'], variables);
    const admin = await adminCluster();
    const held = (finalizers: string[]) => ({
      apiVersion: 'v1',
      kind: 'ConfigMap',
      metadata: { name: 'held', namespace: `dev-${developer}`, finalizers },
    });
    await admin.apply(held(['example.com/holds-on']));
    setTimeout(() => void admin.apply(held([])).catch(() => undefined), 20_000);

    const { code, stdout, stderr } = await berth(['terminate', 'shop'], variables);

    expect({ code, stdout }).toEqual({ code: 0, stdout: 'shop is terminated: nothing is left of it.\n' });
    expect(stderr).toMatch(/^ {2}teardown: running \(still there: namespace .*example\.com\/holds-on/m);
    expect(stderr).toMatch(/^ {2}teardown: done \(nothing is left\)$/m);
  });

  it('gives nothing up for a developer, and without a reason for nobody', async () => {
    const { developer, variables } = await someone();
    const asAdmin = { BERTH_TOKEN: await adminToken(), BERTH_DEV_ID: developer };

    const developers = await berth(['terminate', 'shop', '--abandon', 'I am in a hurry'], variables);
    const unreasoned = await berth(['terminate', 'shop', '--abandon', ''], asAdmin);

    expect(developers).toMatchObject({ code: 1, stderr: 'Ask an administrator to give up what holds it.\n' });
    expect(unreasoned).toMatchObject({ code: 1, stderr: expect.stringContaining('/abandon must say why') });
  });

  it('says so where there is none', async () => {
    const { developer, variables } = await someone();

    expect(await berth(['terminate', 'shop'], variables)).toEqual({
      code: 1,
      stdout: '',
      stderr: `There is no environment of '${developer}' for 'shop'. Check both, or start it.\n`,
    });
  });
});
