import { expect, test } from 'vitest';
import { withOwnImages } from '../../src/environment/image.ts';
import { specification } from '../setup/lives.ts';

const DIGEST = `sha256:${'0'.repeat(64)}`;

async function imageOf(image: string, own: Record<string, string>): Promise<string | undefined> {
  const { recipe } = await specification('anyone', 'default');
  const { workspace } = recipe.workload.pods;
  if (workspace === undefined) throw new Error('the default template has a pod named workspace');
  const changed = { ...recipe, workload: { ...recipe.workload, pods: { workspace: { ...workspace, image } } } };
  return withOwnImages(changed, own).workload.pods.workspace?.image;
}

test.each([
  ['its whole name', 'docker.io/library/node:24', { 'docker.io/library/node:24': 'ours:1' }, 'ours:1'],
  ['its repository, for a tag', 'docker.io/library/node:24', { 'docker.io/library/node': 'ours:1' }, 'ours:1'],
  ['its repository, for a tag and a digest', `there:5000/node:24@${DIGEST}`, { 'there:5000/node': 'ours:1' }, 'ours:1'],
  ['its repository, beside a port', 'there:5000/node', { 'there:5000/node': 'ours:1', there: 'wrong' }, 'ours:1'],
  ['its whole name before its repository', 'node:24', { node: 'any:1', 'node:24': 'ours:24' }, 'ours:24'],
])('an image is replaced by %s', async (_, image, own, expected) => {
  expect(await imageOf(image, own)).toBe(expected);
});

test('an image that the installation does not have stays', async () => {
  expect(await imageOf('constructor', {})).toBe('constructor');
  expect(await imageOf('node:24', { 'node:22': 'ours:22', no: 'wrong' })).toBe('node:24');
});
