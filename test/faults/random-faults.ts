import type { ProxiedRequest } from './exchange.ts';
import { cut, delay, doTwice, type Fault, loseAnswer, refuseWith } from './faults.ts';
import type { Outages } from './outages.ts';
import type { Stage } from './stage.ts';

/** Numbers from 0 to below 1. All that is random comes from such a source, so that a seed says it all. */
export type Random = () => number;

/** A fault that was chosen with all that belongs to it, and is not done yet. */
export interface ChosenFault {
  /** Such as `worker-1 killed for 1200 ms`. */
  readonly what: string;
  readonly afterMs: number;
  /** @returns once it is mended again */
  readonly breaks: (stage: Stage, outages: Outages, developer: string) => Promise<void>;
  /** How often it has met something. */
  readonly hits: () => number;
}
type Choice = Omit<ChosenFault, 'afterMs'>;

export const WORKERS = ['worker-0', 'worker-1'] as const;
const LONGEST_MS = 3000;
const MOST_REQUESTS = 3;
const LATEST_MS = 10_000;
/** The second comes while the first lasts, or what it broke is being brought to its end. */
const APART_MS = 1000;
const REQUESTS_SHARE = 2;
/** The fault that durable execution is for. */
const WORKER_SHARE = 5;

const ON_REQUESTS: Record<string, Fault> = {
  'cut before they are done': cut,
  'done, and their answers lost': loseAnswer,
  'done twice': doTwice,
  'answered with 429': refuseWith(429, 'Too many requests, please try again later.', { 'retry-after': '1' }),
  'answered with 503': refuseWith(503, 'The server is currently unable to handle the request.'),
  'delayed for 3 s': delay(LONGEST_MS),
};

type Choose = (random: Random) => Choice;
const REQUESTS: Choose[] = Object.entries(ON_REQUESTS).map(
  ([how, fault]) =>
    (random) =>
      onRequests(how, fault, random),
);
const ofWorker: Choose = (random) => {
  const worker = random() < 0.5 ? WORKERS[0] : WORKERS[1];
  return outage(`${worker} killed`, random, (outages, ms) => outages.ofWorker(worker, ms));
};
const OUTAGES: Choose[] = [
  (random) => outage('API killed', random, (outages, ms) => outages.ofApi(ms)),
  (random) => outage('apiserver refuses connections', random, (outages, ms) => outages.ofApiserver(ms)),
  (random) => outage('Temporal stands still', random, (outages, ms) => outages.standstill(ms)),
  (random) => outage('Temporal killed', random, (outages, ms) => outages.ofTemporal(ms)),
];
/** Other outages than of one worker hit all that goes on: were there more, nothing but these would go on. */
const CHOICES: Choose[] = [
  ...Array.from({ length: REQUESTS_SHARE }, () => REQUESTS).flat(),
  ...Array.from({ length: WORKER_SHARE }, () => ofWorker),
  ...OUTAGES,
];

/** Two faults at about the same moment. */
export function chooseTwo(random: Random): ChosenFault[] {
  const atMs = random() * LATEST_MS;
  return [0, 1].flatMap((index) => {
    const choose = CHOICES[Math.floor(random() * CHOICES.length)];
    const afterMs = Math.round(atMs + index * random() * APART_MS);
    return choose ? [{ ...choose(random), afterMs }] : [];
  });
}

/** Faults to the next requests that are made for one developer. */
function onRequests(how: string, fault: Fault, random: Random): Choice {
  const times = 1 + Math.floor(random() * MOST_REQUESTS);
  let rule: { readonly left: number } | undefined;
  return {
    what: `${times} requests ${how}`,
    breaks({ proxy }, _, developer) {
      const isTheirs = ({ namespace }: ProxiedRequest) => namespace?.startsWith(`dev-${developer}`) === true;
      rule = proxy.on(isTheirs, fault, times);
      return Promise.resolve();
    },
    hits: () => times - (rule?.left ?? times),
  };
}

function outage(what: string, random: Random, of: (outages: Outages, ms: number) => Promise<void>): Choice {
  const ms = Math.round(random() * LONGEST_MS);
  let hits = 0;
  return {
    what: `${what} for ${ms} ms`,
    breaks: async (_, outages) => {
      await of(outages, ms);
      hits = 1;
    },
    hits: () => hits,
  };
}
