// Plain JavaScript that any Node reads, so that one too old hears what to do rather than a syntax error.
const [major, minor] = process.versions.node.split('.').map(Number);
if (major < 22 || (major === 22 && minor < 19)) {
  process.stderr.write(
    `Berth needs Node 22.19 or later, and this is ${process.versions.node}: use \`npm start\` after \`npm ci\`, which bring their own.\n`,
  );
  process.exitCode = 1;
} else {
  await import('./main.ts');
}
