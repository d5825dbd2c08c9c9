import { KubeConfig, KubernetesObjectApi } from '@kubernetes/client-node';
import { describe, expect, inject, it, onTestFinished } from 'vitest';
import { adminCluster, status, temporalClient } from '../setup/client.ts';
import { refuse } from '../workflows/paths/refuse.ts';
import { berth, someone } from './berth.ts';

describe('berth start', () => {
  it('starts an environment with the developer’s token alone, and tells on stderr what happens meanwhile', async () => {
    const { developer, variables } = await someone();

    const { code, stdout, stderr } = await berth(['start', 'shop', '--template', 'node'], variables);

    expect({ code, stdout }).toEqual({
      code: 0,
      stdout: expect.stringMatching(
        `^shop is ready in the namespace dev-${developer}, until \\S+Z: \`berth shell shop\` opens a shell\\.\\n$`,
      ),
    });
    const lines = stderr.split('\n');
    expect(lines[0]).toMatch(/^shop: queued$|^ {2}isolation: /);
    expect(stderr).toMatch(/^ {2}isolation: done/m);
    expect(stderr).toMatch(/^ {2}workload: done \(.*\)$/m);
    expect(stderr).toMatch(/^ {2}verification: done/m);
    expect(lines.at(-2)).toBe('shop: ready');
  });

  it('takes parameters and a lifetime, and prints JSON for scripts', async () => {
    const { variables } = await someone();
    const args = ['start', 'shop', '--template=python', '--set', 'cpu=2', '--ttl=30m', '--json'];

    const { code, stdout } = await berth(args, variables);

    expect(code).toBe(0);
    expect(JSON.parse(stdout)).toMatchObject({ state: 'ready', ttl: '30m', parameters: { cpu: 2 } });
    expect(stdout.trimEnd().split('\n')).toHaveLength(1);
  });

  it('does not wait where it should not', async () => {
    const { developer, variables, token } = await someone();

    const { code, stdout } = await berth(['start', 'shop', '--template=node', '--no-wait'], variables);

    expect(code).toBe(0);
    expect(stdout).toMatch(/^shop is \w+/);
    expect((await status(token, { dev_id: developer, project: 'shop' })).status).toBe(200);
  });

  it.each([
    [['--template=nonsense'], "There is no template 'nonsense'. There are: bare, default, node, python.\n"],
    [['--set', 'cpu=many'], '/parameters/cpu must be an amount'],
    [['--set', 'colour=red', '--set', 'cpu=true'], '/parameters/cpu must be an amount'],
    [['--ttl', 'long'], '/ttl must be a duration such as 30m or 8h'],
    [['--dev-id', 'somebody-else'], "There is no environment of 'somebody-else' for 'shop'."],
  ])('with %j shows the problem in its own words and ends with 1', async (args, words) => {
    const { variables } = await someone();

    const { code, stdout, stderr } = await berth(['start', 'shop', ...args], variables);

    expect({ code, stdout }).toEqual({ code: 1, stdout: '' });
    expect(stderr).toContain(words);
  });

  it('shows why a provisioning failed, after everything is undone', async () => {
    const { developer, variables } = await someone();
    const kubeConfig = new KubeConfig();
    kubeConfig.loadFromFile(inject('servers').adminKubeconfig);
    const api = KubernetesObjectApi.makeApiClient(kubeConfig);
    const stage = { client: await temporalClient(), cluster: await adminCluster(), api };
    const quotas = { namespace: `dev-${developer}`, operation: 'CREATE', resource: '/resourcequotas' } as const;
    onTestFinished(await refuse(stage, quotas, 'No quota is made today.'));

    const { code, stdout, stderr } = await berth(['start', 'shop', '--template=bare'], variables);

    expect({ code, stdout }).toEqual({ code: 1, stdout: '' });
    expect(stderr).toMatch(/^shop: failed\n.*No quota is made today.*; everything is undone\.\n$/m);
    expect(stderr).toMatch(/^ {2}isolation: failed/m);
  });
});
