import { type ConfigurationOptions, Observable } from '@kubernetes/client-node';

const DEADLINE_MS = 10_000;

/** Gives up a call after 10 s: the library knows no time-out of its own. */
export const withDeadline: ConfigurationOptions = {
  middlewareMergeStrategy: 'append',
  middleware: [
    {
      pre: (request) => {
        request.setSignal(AbortSignal.timeout(DEADLINE_MS));
        return new Observable(Promise.resolve(request));
      },
      post: (response) => new Observable(Promise.resolve(response)),
    },
  ],
};
