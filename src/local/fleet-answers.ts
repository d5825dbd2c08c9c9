import { z } from 'zod';
import type { ServerKind } from '../capacity/servers/observed.ts';
import type { Answers } from '../ipc/questions.ts';
import type { ChildFleet } from './fleet.ts';

const about = z.object({ kind: z.enum(['workers', 'api']) });
const order = about.extend({ from: z.int(), to: z.int().min(1) });

/** What a worker may ask of the process that has started it: how many servers there are, and to have others. */
export function answersOf(fleets: Readonly<Record<ServerKind, ChildFleet>>): Answers {
  return {
    fleet: (asked) => Promise.resolve(fleets[about.parse(asked).kind].fleet()),
    occupied: (asked) => fleets[about.parse(asked).kind].occupied(),
    scale: async (asked) => {
      const { kind, from, to } = order.parse(asked);
      await fleets[kind].scale(from, to);
    },
  };
}
