import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { beforeAll, expect, inject, it, onTestFinished } from 'vitest';
import { REPOSITORY } from '../../src/local/repository.ts';
import { ended } from '../cli/berth.ts';
import { adminCluster, tokenFor } from '../setup/client.ts';
import { codeRepository } from './code-repository.ts';
import { NodeContents } from './node-contents.ts';
import { outsideOf } from './outside.ts';

/** A command as people type it, and the lines that they see; `…` stands for what differs each time. */
interface Scene {
  command: string;
  seen: string[];
}

beforeAll(() => {
  const { stateDir } = inject('servers');
  return outsideOf(stateDir, codeRepository(stateDir, 'shop', 'Welcome to the shop\n'));
});

it('the transcript in the README is what happens, and in the end nothing is left', async () => {
  const token = await tokenFor('user123');
  const contents = new NodeContents(inject('servers').stateDir, await adminCluster());
  const before = await contents.all();
  const variables = { BERTH_TOKEN: token, PATH: `${join(REPOSITORY, 'node_modules', '.bin')}:${process.env.PATH}` };
  onTestFinished(async () => {
    for (const project of ['shop', 'spy']) await ended('npx', ['berth', 'terminate', project], variables);
  });

  for (const { command, seen } of await scenes()) {
    const { stdout, stderr } = await ended('bash', ['-c', command], variables);
    const lines = `${stdout}\n${stderr}`.split('\n');
    for (const line of seen) {
      const pattern = line.split('…').map(escaped).join('.*');
      expect(lines, `$ ${command}`).toContainEqual(expect.stringMatching(`^${pattern}$`));
    }
  }

  await expect.poll(() => contents.all(), { timeout: 60_000, interval: 500 }).toEqual(before);
});

/** The README's one block of this kind: a line with a dollar is a command, the lines after it are what it says. */
async function scenes(): Promise<Scene[]> {
  const readme = await readFile(join(REPOSITORY, 'README.md'), 'utf8');
  const [, block = ''] = /```console\n(.*?)```/s.exec(readme) ?? [];
  const scenes = block
    .split(/^\$ /m)
    .slice(1)
    .map((text): Scene => {
      const [command = '', ...seen] = text.trimEnd().split('\n');
      return { command, seen };
    });
  expect(scenes.length).toBeGreaterThan(5);
  return scenes;
}

function escaped(text: string): string {
  return text.replace(/[\\^$.*+?()[\]{}|]/g, '\\$&');
}
