import { HANDED_OVER } from './environment-paths.ts';
import type { Path } from './path.ts';

const WOKEN = ['rouse completed', 'runWorkload completed', 'verifyEnvironment completed', 'update completed'] as const;
/** The paths of EnvironmentWorkflow on which an environment sleeps. */
export const ASLEEP_PATHS = {
  'environment/expired': {
    shows: 'puts an environment to sleep when its time is over, and hands it over when its retention is over too',
    landmarks: ['timer fired', 'putToSleep completed', 'timer started', 'timer fired', ...HANDED_OVER],
  },
  'environment/put-to-sleep-and-woken': {
    shows: 'puts an environment to sleep for a caller, and wakes it for another',
    landmarks: ['timer canceled', 'putToSleep completed', 'update completed', ...WOKEN, ...HANDED_OVER],
  },
  'environment/sleeps-and-wakes-by-word': {
    shows: 'puts an environment to sleep, and wakes it, by word that was left',
    landmarks: ['signaled', 'putToSleep completed', 'signaled', 'rouse completed', ...HANDED_OVER],
  },
  'environment/cannot-be-woken': {
    shows: 'puts an environment back to sleep that cannot be woken, and tells the caller who waits',
    landmarks: ['putToSleep completed', 'rouse failed', 'putToSleep completed', 'update failed', ...HANDED_OVER],
  },
  'environment/cancelled-while-waking': {
    shows: 'hands over an environment that is cancelled while it is woken, and tells the caller who waits',
    landmarks: ['cancel requested', 'rouse canceled', 'update failed', ...HANDED_OVER],
  },
  'environment/awake-for-long': {
    shows: 'notes what keeps an environment awake, round after round, until it sleeps',
    landmarks: ['putToSleep completed', 'putToSleep completed', 'update completed', ...HANDED_OVER],
  },
  'environment/cancelled-while-falling-asleep': {
    shows: 'hands over an environment that is cancelled while it falls asleep, and tells the caller who waits',
    landmarks: ['cancel requested', 'putToSleep canceled', 'update failed', ...HANDED_OVER],
  },
  'environment/extended': {
    shows: 'lets an environment stay awake for longer',
    landmarks: ['timer started', 'update accepted', 'timer canceled', 'timer started', ...HANDED_OVER],
  },
  'environment/history-grows-long-asleep': {
    shows: 'goes on in a new run when its history grows long while it sleeps',
    landmarks: ['putToSleep completed', 'signaled', 'timer canceled', 'continued as new'],
  },
  'environment/catches-up': {
    shows: 'is not put to sleep when its time is over, where its namespace remembers that it was extended since',
    landmarks: ['timer fired', 'recallLife completed', 'timer started', ...HANDED_OVER],
  },
  'environment/listens-while-it-looks': {
    shows: 'hears what is wanted while it looks whether its time is over, and falls asleep where that is nothing',
    landmarks: ['timer fired', 'recallLife completed', 'core_patch', 'putToSleep completed', ...HANDED_OVER],
  },
  'environment/looks-before-it-sleeps-again': {
    shows: 'looks whether it was woken before, where it cannot be woken',
    landmarks: ['rouse failed', 'core_patch', 'recallLife completed', 'putToSleep completed', 'update failed'],
  },
  'environment/wakes-in-a-new-run': {
    shows: 'in a new run goes on sleeping, and wakes',
    landmarks: ['started', 'timer started', 'timer canceled', 'rouse completed', 'update completed', ...HANDED_OVER],
  },
} as const satisfies Record<string, Path>;
