import { expect, it } from 'vitest';
import { ofAll, SILENT } from '../../../src/capacity/servers/occupied.ts';

it('of more servers than are asked, the others have as much in hand: none is taken to be idle', () => {
  const asked = [{ count: 25, servers: 0.25 }, { count: 75, servers: 0.75 }, SILENT, { count: 2, servers: 0.5 }];

  expect(ofAll(4, asked)).toEqual({ count: 102, servers: 2.5 });
  expect(ofAll(10, asked)).toEqual({ count: 255, servers: 6.25 });
});
