import { mkdtempSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, inject, it, onTestFinished } from 'vitest';
import { clusterWith } from '../setup/access.ts';
import { berth, someone } from './berth.ts';

describe('berth kubeconfig', () => {
  it('prints a kubeconfig that works', async () => {
    const { developer, variables } = await someone();
    await berth(['start', 'shop', '--template=bare'], variables);

    const { code, stdout, stderr } = await berth(['kubeconfig', 'shop'], variables);

    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
    const pods = await (await clusterWith(stdout)).list({ apiVersion: 'v1', kind: 'Pod' }, `dev-${developer}`);
    expect(pods).toEqual([]);
  });

  it('writes a file that only its owner can read, and replaces the one that it wrote before', async () => {
    const { variables } = await someone();
    await berth(['start', 'shop', '--template=bare'], variables);
    const file = join(directory(), 'config');
    writeFileSync(file, '', { mode: 0o644 });

    const first = await berth(['kubeconfig', 'shop', '--output', file], variables);
    const [mode, content] = [statSync(file).mode & 0o777, readFileSync(file, 'utf8')];
    const second = await berth(['kubeconfig', 'shop', '--output', file, '--expires-in=10m', '--json'], variables);

    expect(first).toEqual({
      code: 0,
      stdout: '',
      stderr: expect.stringMatching(/^Valid until \S+Z: export KUBECONFIG=/),
    });
    expect(mode).toBe(0o600);
    expect(content).toContain('current-context: dev-');
    expect(second).toMatchObject({ code: 0, stderr: '' });
    expect(JSON.parse(second.stdout)).toMatchObject({ output: file, expires_at: expect.stringMatching(/Z$/) });
    expect(second.stdout).not.toContain('eyJ');
    expect(readFileSync(file, 'utf8')).not.toBe(content);
  });

  it('does not replace somebody’s own kubeconfig', async () => {
    const { variables } = await someone();
    const file = join(directory(), 'config');
    writeFileSync(file, 'apiVersion: v1\nkind: Config\n');

    const { code, stderr } = await berth(['kubeconfig', 'shop', '--output', file], variables);

    expect({ code, stderr }).toEqual({
      code: 1,
      stderr: `${file} is there, and not from berth: choose another file, or delete it first.\n`,
    });
    expect(readFileSync(file, 'utf8')).toBe('apiVersion: v1\nkind: Config\n');
  });
});

function directory(): string {
  const made = mkdtempSync(join(inject('servers').stateDir, 'kubeconfigs-'));
  onTestFinished(() => rm(made, { recursive: true }));
  return made;
}
