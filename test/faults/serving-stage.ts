import { Stage, type StageOptions } from './stage.ts';

/** A stage on which an API server and a worker, called `worker`, run. The caller closes it. */
export async function servingStage(options: StageOptions = {}): Promise<Stage> {
  const stage = await Stage.setUp(options);
  try {
    await Promise.all([stage.startApi(), stage.startWorker('worker')]);
  } catch (error) {
    await stage.close();
    throw error;
  }
  return stage;
}
