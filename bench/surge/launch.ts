import { join } from 'node:path';
import { Client, Connection } from '@temporalio/client';
import { issueToken } from '../../src/api/authentication/token-file.ts';
import type { Progress } from '../../src/local/progress.ts';
import { planNow } from '../../src/temporal/capacity-schedule.ts';
import { type Bench, onServers } from '../servers.ts';
import { type Call, type Caller, callAll } from './callers.ts';
import { Census } from './leftovers.ts';
import { Operator } from './operator.ts';
import type { SurgeOptions } from './options.ts';
import { prepare } from './prepare.ts';
import { type Sample, Sampler } from './samples.ts';
import type { Variant } from './variants.ts';

/** What became of one launch. */
export interface Launch {
  variant: Variant;
  /** How long it took to fill the pool, in milliseconds; 0 where there was none. */
  fillingMs: number;
  calls: (Call & { from: string })[];
  samples: Sample[];
  /** How long it took to end all environments, in milliseconds. */
  endingMs: number;
  /** What was left over after that, by name. */
  left: string[];
}

const HOUR_MS = 3_600_000;

/** Plays a launch on servers that nobody has used before. */
export async function play(
  variant: Variant,
  python: string,
  { developers, overMs }: SurgeOptions,
  progress: Progress,
): Promise<Launch> {
  let launch: Launch | undefined;
  await onServers(
    async (bench) => {
      const connection = await Connection.connect({ address: bench.servers.temporal });
      const temporal = new Client({ connection });
      const operator = new Operator(bench);
      const census = await Census.of(bench.servers.adminKubeconfig, temporal);
      const fillingMs = await prepare(variant, developers, { bench, operator, temporal, progress });
      const callers = await callersOf(bench, developers);
      let [answered, failed, began] = [0, 0, performance.now()];
      const due = (): number => Math.min(developers, Math.ceil((developers * (performance.now() - began)) / overMs));
      const sampler = new Sampler(temporal, () => due() - answered);
      const calls = await callAll(python, bench.api, callers, overMs, {
        onBegin: () => {
          began = performance.now();
          sampler.start();
        },
        onEnd: ({ succeeded }) => {
          answered += 1;
          if (!succeeded) failed += 1;
          progress.update(`${answered} of ${developers} have their answer, ${failed} of them a refusal`);
        },
      });
      const samples = sampler.stop();
      const environments = await operator.environments();
      const from = new Map(environments.map((one) => [one.dev_id, one.provisioned_from]));
      const ending = performance.now();
      await operator.setCapacity({});
      await operator.terminate(environments, (ended) =>
        progress.update(`${ended} of ${environments.length} environments are ended`),
      );
      const left = await census.leftovers(async (count) => {
        progress.update(`${count} things are left over`);
        // Slots that nobody wants go step by step, with each plan.
        await planNow(temporal);
      });
      const endingMs = performance.now() - ending;
      launch = {
        ...{ variant, fillingMs, samples, endingMs, left },
        calls: calls.map((call) => ({ ...call, from: from.get(call.developer) ?? 'nothing' })),
      };
      await connection.close();
    },
    { scales: variant.scales },
  );
  if (launch === undefined) throw new Error('A launch that was played has come to something.');
  return launch;
}

async function callersOf({ stateDirectory }: Bench, count: number): Promise<Caller[]> {
  const expiresAt = new Date(Date.now() + HOUR_MS);
  const callers: Caller[] = [];
  for (let index = 1; index <= count; index++) {
    const developer = `user${index}`;
    const grant = { role: 'developer', dev_id: developer } as const;
    callers.push({
      developer,
      token: await issueToken(join(stateDirectory, 'tokens.json'), grant, { expiresAt }),
    });
  }
  return callers;
}
