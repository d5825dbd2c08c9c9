import type { Logger as SdkLogger } from '@temporalio/worker';
import type { Logger } from 'pino';
import { identityOf } from '../environment/identity.ts';

type Level = 'trace' | 'debug' | 'info' | 'warn' | 'error';
type Metadata = Record<string | symbol, unknown>;

/** What the SDK tells of where a line comes from, by the names that all lines of Berth have for it. */
const NAMES: Record<string, string> = {
  sdkComponent: 'component',
  workflowId: 'workflow_id',
  runId: 'run_id',
  workflowRunId: 'run_id',
  workflowType: 'workflow',
  activityId: 'activity_id',
  activityType: 'activity',
  taskQueue: 'task_queue',
  attempt: 'attempt',
};
/** Good for nobody who reads a log. */
const LEFT_OUT = new Set(['taskToken', 'isLocal', 'namespace']);

/** The SDK's own log, and that of workflows and activities, as lines of this process's log. */
export function sdkLogger(log: Logger): SdkLogger {
  const tell =
    (level: Level) =>
    (message: string, metadata: Metadata = {}): void =>
      log[level](named(metadata), message);
  const levels = {
    trace: tell('trace'),
    debug: tell('debug'),
    info: tell('info'),
    warn: tell('warn'),
    error: tell('error'),
  };
  return {
    ...levels,
    log: (level, message, metadata) => levels[level.toLowerCase() as Level](message, metadata),
  };
}

/** A log in which is told at `debug` what else would be at `info`. */
export function quieter(logger: SdkLogger): SdkLogger {
  return {
    log: (level, message, metadata) => logger.log(level === 'INFO' ? 'DEBUG' : level, message, metadata),
    trace: (message, metadata) => logger.trace(message, metadata),
    debug: (message, metadata) => logger.debug(message, metadata),
    info: (message, metadata) => logger.debug(message, metadata),
    warn: (message, metadata) => logger.warn(message, metadata),
    error: (message, metadata) => logger.error(message, metadata),
  };
}

/** With the environment that a line is about, where its workflow is one's own. */
function named(metadata: Metadata): Record<string, unknown> {
  const { workflowId } = metadata;
  const entries = Object.entries(metadata).filter(([name]) => !LEFT_OUT.has(name));
  return {
    ...(typeof workflowId === 'string' && identityOf(workflowId)),
    ...Object.fromEntries(entries.map(([name, value]) => [NAMES[name] ?? name, value])),
  };
}
