import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { onTestFinished } from 'vitest';
import { temporaryDirectory } from '../local/start-command.ts';
import { OwnTemporal } from './own-temporal.ts';
import { Stage } from './stage.ts';

/** An API server and workers on a Temporal of their own, which can be broken: all of it ends with the test. */
export async function stageOfItsOwn(workers: readonly string[]): Promise<{ temporal: OwnTemporal; stage: Stage }> {
  const directory = temporaryDirectory();
  mkdirSync(join(directory, 'logs'));
  const temporal = await OwnTemporal.prepare(directory);
  await temporal.start();
  onTestFinished(() => temporal.kill());
  const stage = await Stage.setUp({ ownTemporal: temporal.address });
  onTestFinished(() => stage.close());
  await Promise.all([stage.startApi(), ...workers.map((worker) => stage.startWorker(worker))]);
  return { temporal, stage };
}
