import { setTimeout as sleep } from 'node:timers/promises';
import type { Identity } from '../../src/environment/identity.ts';
import type { Answer } from '../setup/client.ts';
import { patiently } from './patient-caller.ts';
import type { Random } from './random-faults.ts';
import type { Stage } from './stage.ts';

/** What somebody does with an environment, and what each answer says of it. */
export interface ChosenLife {
  /** Such as `start, sleep, terminate (bare)`. */
  readonly what: string;
  readonly lead: (stage: Stage, environment: Identity) => Promise<string[]>;
}

const LATER = { Prefer: 'respond-async' };
/** Shorter than the client's own patience with one answer. */
const FOR_A_WHILE = { Prefer: 'wait=60' };
const LONGEST_PAUSE_MS = 6000;

type Action = 'start' | 'begin' | 'pause' | 'sleep' | 'wake' | 'terminate' | 'end';
/** `begin` and `end` ask for it and do not wait. Each life is over in the end. */
const LIVES: readonly Action[][] = [
  ['start', 'terminate'],
  ['begin', 'pause', 'terminate'],
  ['start', 'sleep', 'terminate'],
  ['start', 'sleep', 'wake', 'terminate'],
  ['start', 'pause', 'end', 'start', 'terminate'],
];
/** Mostly the quick one, so that there is time for many. */
const TEMPLATES = ['bare', 'bare', 'bare', 'default'];

const COMES_TO: Partial<Record<Action, string>> = {
  start: 'ready',
  sleep: 'asleep',
  wake: 'ready',
  terminate: 'terminated',
};

/** Chooses a life. @returns it, and what its answers must be: one a wait */
export function chooseLife(random: Random): ChosenLife & { readonly comesTo: string[] } {
  const actions = LIVES[Math.floor(random() * LIVES.length)] ?? [];
  const template = TEMPLATES[Math.floor(random() * TEMPLATES.length)] ?? '';
  const pauseMs = random() * LONGEST_PAUSE_MS;
  return {
    what: `${actions.join(', ')} (${template})`,
    comesTo: actions.flatMap((action) => COMES_TO[action] ?? []),
    async lead(stage, environment) {
      const states: string[] = [];
      for (const action of actions) {
        if (action === 'pause') await sleep(pauseMs);
        else {
          const { body } = await patiently(() => ask(stage, action, { ...environment, template }), action in COMES_TO);
          if (action in COMES_TO) states.push(body.state ?? body.detail);
        }
      }
      return states;
    },
  };
}

function ask(stage: Stage, action: Action, request: Identity & { template: string }): Promise<Answer> {
  const { template: _, ...environment } = request;
  const headers = action in COMES_TO ? FOR_A_WHILE : LATER;
  if (action === 'sleep' || action === 'wake') return stage.ask(action, environment, headers);
  if (action === 'terminate' || action === 'end') return stage.terminate(environment, headers);
  return stage.start(request, { headers });
}
