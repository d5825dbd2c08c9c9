import { expect, test } from 'vitest';
import { chooseNode } from '../../src/local/node/choice.ts';
import { observeMachine } from '../../src/local/node/machine.ts';
import { environmentFor, Start, temporaryDirectory } from './start-command.ts';

test('npm run doctor says which node this machine gets and why, and changes nothing', async () => {
  const before = await observeMachine();
  const choice = chooseNode(before, false);

  const doctor = new Start('npm', ['run', '--silent', 'doctor'], environmentFor(temporaryDirectory()));

  const { code, stdout } = await doctor.ended;
  expect(code).toBe(0);
  const [first, second] = stdout.split('\n');
  expect(first).toMatch(
    choice.kind === 'real' ? /^npm start runs a real node: / : /^npm start runs a simulated node: /,
  );
  const packages = choice.kind === 'real' ? choice.packagesToInstall : [];
  const isComplete = 'Every Debian package that it needs is installed.';
  const why = choice.kind === 'simulated' ? [choice.reason] : packages.length > 0 ? packages : [isComplete];
  for (const word of why) expect(second).toContain(word);
  expect(await observeMachine()).toEqual(before);
});
