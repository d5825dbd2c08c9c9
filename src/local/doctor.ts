import { existsSync } from 'node:fs';
import { cacheDirectory, cachedProgram } from './install/cache.ts';
import { CONTROL_PLANE_PROGRAMS, NODE_PROGRAMS, SIMULATION_PROGRAMS } from './install/programs.ts';
import { chooseNode } from './node/choice.ts';
import { observeMachine } from './node/machine.ts';

// Says which node `npm start` would use on this machine and why, and what it would install first. It changes nothing.

const choice = chooseNode(await observeMachine(), false);
const cache = cacheDirectory(process.env);
const node = choice.kind === 'real' ? NODE_PROGRAMS : SIMULATION_PROGRAMS;
const missing = ['temporal' as const, ...CONTROL_PLANE_PROGRAMS, ...node].filter(
  (name) => !existsSync(cachedProgram(cache, name)),
);

const lines =
  choice.kind === 'real'
    ? [
        'npm start runs a real node: containers run, and network policies are enforced.',
        choice.packagesToInstall.length === 0
          ? 'Every Debian package that it needs is installed.'
          : `It installs these Debian packages first: ${choice.packagesToInstall.join(', ')}.`,
      ]
    : ['npm start runs a simulated node: workloads become ready, but no container runs.', choice.reason];
lines.push(
  missing.length === 0
    ? `Every program that it needs is in ${cache}.`
    : `These programs are not in ${cache} yet, and are fetched or built once where they are not on the PATH: ${missing.join(', ')}.`,
);
process.stdout.write(`${lines.join('\n')}\n`);
