import { expect, test } from 'vitest';
import { chooseNode, type Machine } from '../../src/local/node/choice.ts';

const able: Machine = {
  platform: 'linux',
  isRoot: true,
  makesNamespaces: true,
  missingPackages: [],
  hasApt: true,
};

test('a machine that has everything gets a real node, with nothing to install', () => {
  expect(chooseNode(able, false)).toEqual({ kind: 'real', packagesToInstall: [] });
});

test('missing packages are installed where Debian’s apt-get is, and named where it is not', () => {
  const lacking = { ...able, missingPackages: ['runc', 'nftables'] };

  expect(chooseNode(lacking, false)).toEqual({ kind: 'real', packagesToInstall: ['runc', 'nftables'] });
  expect(chooseNode({ ...lacking, hasApt: false }, false)).toEqual({
    kind: 'simulated',
    reason: expect.stringContaining('runc, nftables'),
  });
});

test.each<[string, Partial<Machine>, boolean, RegExp]>([
  ['another system than Linux', { platform: 'darwin' }, false, /needs Linux/],
  ['somebody who is not root', { isRoot: false, makesNamespaces: false }, false, /needs root/],
  ['a container without the right to make namespaces', { makesNamespaces: false }, false, /namespaces/],
  ['whoever asks for it', {}, true, /--simulated/],
])('the node is simulated for %s, and the reason is said', (_, lacks, asked, reason) => {
  expect(chooseNode({ ...able, ...lacks }, asked)).toEqual({
    kind: 'simulated',
    reason: expect.stringMatching(reason),
  });
});
