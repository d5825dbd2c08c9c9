import { log, metricMeter } from '@temporalio/workflow';
import type { Environment } from '../environment/environment.ts';
import { kindOf } from '../environment/problem.ts';

/** Tells operators, in the log and in metrics, that an environment has come into another state. Nothing of it is in the history. */
export function tellChange(before: Environment, now: Environment): void {
  if (before.state === now.state) return;
  const { dev_id, project, state, namespace, provisioned_from, created_at, ready_at } = now;
  const problem = now.problem && kindOf(now.problem);
  log.info(`the environment is ${state}`, { dev_id, project, state, environment_namespace: namespace, problem });
  const changes = metricMeter.createCounter('berth_environment_changes', '', CHANGES);
  changes.add(1, { state, problem: problem ?? 'none' });
  if (ready_at === undefined || before.ready_at !== undefined) return;
  const seconds = metricMeter.createHistogram('berth_environment_ready_seconds', 'float', '', READY);
  seconds.record(Math.max(0, (Date.parse(ready_at) - Date.parse(created_at)) / 1000), { provisioned_from });
}

const CHANGES = 'How often environments have come into a state, by it and by the problem that they have then.';
const READY = 'From being asked for to being ready, of environments that became so for the first time.';
