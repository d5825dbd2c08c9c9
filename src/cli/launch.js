#!/usr/bin/env node
// Plain JavaScript that any Node reads, so that one too old hears what to do rather than a syntax error.
const [major, minor] = process.versions.node.split('.').map(Number);
if (major < 22 || (major === 22 && minor < 19)) {
  const instead = 'run it as `npx berth` or `npm run berth --`, which bring their own after `npm ci`';
  process.stderr.write(`berth needs Node 22.19 or later, and this is ${process.versions.node}: ${instead}.\n`);
  process.exitCode = 1;
} else {
  await import('./main.ts');
}
