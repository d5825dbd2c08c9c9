import { describe, expect, it } from 'vitest';
import { adminToken } from '../setup/client.ts';
import { berth, someone } from './berth.ts';

describe('berth status', () => {
  it('shows one environment with its steps and what it may reach', async () => {
    const { developer, variables } = await someone();
    await berth(['start', 'shop', '--template=node'], variables);

    const { code, stdout, stderr } = await berth(['status', 'shop'], variables);

    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
    expect(stdout).toMatch(`shop of ${developer}: ready\n`);
    expect(stdout).toMatch(new RegExp(`^ {2}namespace +dev-${developer}$`, 'm'));
    expect(stdout).toMatch(/^ {2}may reach +the DNS of the cluster\n +its own pods$/m);
    expect(stdout).toMatch(/^ {2}steps +isolation: done/m);
    expect(stdout).toMatch(/^ {2}expires +\S+Z$/m);
  });

  it('lists the developer’s own, or all for an administrator, and nobody else’s', async () => {
    const [one, other] = [await someone(), await someone()];
    await berth(['start', 'shop', '--template=bare'], one.variables);
    await berth(['start', 'forum', '--template=bare'], other.variables);

    // Temporal's lists lag a moment behind.
    const listed = async () => (await berth(['status'], one.variables)).stdout;
    await expect.poll(listed, { timeout: 20_000, interval: 500 }).toMatch(/^shop +ready +bare/m);
    expect((await listed()).split('\n')[0]).toMatch(/^PROJECT +STATE +TEMPLATE +NAMESPACE +EXPIRES_AT$/);
    expect(await listed()).not.toContain('forum');
    const admin = { BERTH_TOKEN: await adminToken() };
    const all = async () => JSON.parse((await berth(['status', '--json'], admin)).stdout).map(nameOf);
    await expect
      .poll(all, { timeout: 20_000, interval: 500 })
      .toEqual(expect.arrayContaining([`${one.developer}/shop`, `${other.developer}/forum`]));
  });

  it('says so where there are none, on stderr, with an empty list for scripts', async () => {
    const { variables } = await someone();

    expect(await berth(['status'], variables)).toEqual({
      code: 0,
      stdout: '',
      stderr: 'There are no environments: `berth start PROJECT` starts one.\n',
    });
    expect(await berth(['status', '--json'], variables)).toEqual({ code: 0, stdout: '[]\n', stderr: '' });
  });
});

function nameOf({ dev_id, project }: { dev_id: string; project: string }): string {
  return `${dev_id}/${project}`;
}
