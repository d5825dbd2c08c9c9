import { z } from 'zod';
import type { Scaler } from '../../activities/scaling.ts';
import { limitsSchema } from '../../capacity/servers/limits.ts';
import type { Occupied, ServerKind } from '../../capacity/servers/observed.ts';
import { occupiedSchema } from '../../capacity/servers/occupied.ts';
import { ask, type Peer } from '../../ipc/questions.ts';

const ANSWERED_WITHIN_MS = 5000;

const fleetSchema = z.object({
  running: z.int().min(0),
  most: z.object({ count: z.int(), because: z.string() }).optional(),
  limits: limitsSchema.optional(),
});

/** Servers that are children of the process that has started this one too: it is asked for them. */
export class Children implements Scaler {
  readonly kinds = ['workers', 'api'] as const;
  readonly #parent: Peer;

  constructor(parent: Peer) {
    this.#parent = parent;
  }

  async fleet(kind: ServerKind): Promise<z.infer<typeof fleetSchema>> {
    return fleetSchema.parse(await this.#ask('fleet', { kind }));
  }

  async occupied(kind: ServerKind): Promise<Occupied> {
    return occupiedSchema.parse(await this.#ask('occupied', { kind }));
  }

  async scale(kind: ServerKind, from: number, to: number): Promise<void> {
    await this.#ask('scale', { kind, from, to });
  }

  #ask(name: string, about: object): Promise<unknown> {
    return ask(this.#parent, name, about, ANSWERED_WITHIN_MS);
  }
}
