import type { TestProject } from 'vitest/node';
import { installSimulation } from '../../src/local/install/install.ts';
import { startForRun } from './run.ts';

/** The core suite runs on a simulated node: it needs no root and installs nothing into the system. */
export default function setup(project: TestProject): Promise<() => Promise<void>> {
  return startForRun(project, async (options) => {
    const { temporal, kwok, ...programs } = await installSimulation(options);
    return { temporal: { program: temporal }, cluster: { programs, node: { kind: 'simulated', kwok } } };
  });
}
