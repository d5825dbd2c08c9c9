import type { TestProject } from 'vitest/node';
import { installPrograms } from '../../src/local/install/install.ts';
import type { InstallOptions } from '../../src/local/install/options.ts';
import { CONTROL_PLANE_PROGRAMS } from '../../src/local/install/programs.ts';
import { realNode } from '../../src/local/node/install.ts';
import { type Parts, startForRun } from '../setup/run.ts';
import { makeTemplates } from './templates.ts';

/** The system suite runs on a real node, whose Debian packages it installs. */
export default function setup(project: TestProject): Promise<() => Promise<void>> {
  return startForRun(project, (options) => realParts(options, true), makeTemplates);
}

/** What servers with a real node are made of. */
export async function realParts(options: InstallOptions, enforcesPolicies: boolean): Promise<Parts> {
  const { temporal, ...programs } = await installPrograms(options, ['temporal', ...CONTROL_PLANE_PROGRAMS]);
  const node = await realNode(options, enforcesPolicies);
  return { temporal: { program: temporal }, cluster: { programs, node } };
}
