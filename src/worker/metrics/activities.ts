import { ApplicationFailure, CancelledFailure, type MetricMeter } from '@temporalio/common';
import type { ActivityInterceptorsFactory } from '@temporalio/worker';
import { HISTOGRAMS } from './buckets.ts';

/** The failures that activities tell apart; see attempted.ts and ClusterError. */
const FAILURES = new Set([
  'transient',
  'throttled',
  'conflict',
  'quota-exceeded',
  'rejected-by-cluster',
  'cluster-failed',
  'deadline-exceeded',
]);

/** Times each attempt of a step, by its name and what it came to. */
export function timeActivities(meter: MetricMeter): ActivityInterceptorsFactory {
  const seconds = meter.createHistogram(HISTOGRAMS.activity, 'float', '', SECONDS);
  return ({ info: { activityType: activity } }) => ({
    inbound: {
      async execute(input, next) {
        const began = performance.now();
        const tell = (outcome: string): void =>
          seconds.record((performance.now() - began) / 1000, { activity, outcome });
        try {
          const result = await next(input);
          tell('done');
          return result;
        } catch (error) {
          tell(failureLabel(error));
          throw error;
        }
      },
    },
  });
}

function failureLabel(error: unknown): string {
  if (error instanceof CancelledFailure) return 'cancelled';
  const type = error instanceof ApplicationFailure ? error.type : undefined;
  return typeof type === 'string' && FAILURES.has(type) ? type : 'failed';
}

const SECONDS = 'How long attempts of steps take, by what they come to.';
