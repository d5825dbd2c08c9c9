import { expect, it } from 'vitest';
import { sweepText } from '../../src/cli/sweep.ts';
import { emptyReport, withFinding } from '../../src/environment/sweep/report.ts';
import { adminToken } from '../setup/client.ts';
import { berth, someone } from './berth.ts';

it('berth sweep --dry-run shows what would be done, and changes nothing', async () => {
  const { code, stdout, stderr } = await berth(['sweep', '--dry-run'], { BERTH_TOKEN: await adminToken() });

  expect(stdout).toMatch(
    /^\d+ kept, \d+ to be adopted, \d+ to be undone, \d+ left for now, \d+ missing, \d+ superseded\.\n$/m,
  );
  // Other tests leave much lying about while they run.
  expect({ code, isAlarm: stderr !== '' }).toEqual({ code: stderr === '' ? 0 : 1, isAlarm: code === 1 });
});

it('berth sweep is for administrators', async () => {
  const { variables } = await someone();

  expect(await berth(['sweep', '--dry-run'], variables)).toEqual({
    code: 1,
    stdout: '',
    stderr: 'There is no /sweep.\n',
  });
});

it('berth sweep names each namespace, whose it is, and the reason', () => {
  const identity = { dev_id: 'ada', project: 'shop' };
  const lost = {
    verdict: 'adopt',
    namespace: 'dev-ada',
    identity,
    reason: 'it was ready, and lacks its workflow',
  } as const;
  const fine = { verdict: 'keep', namespace: 'dev-eve', identity, reason: 'its workflow goes on' } as const;

  const text = sweepText([lost, fine].reduce(withFinding, emptyReport(new Date(), false)));

  expect(text).toBe(
    'VERDICT  NAMESPACE  DEV_ID  PROJECT  REASON\n' +
      'adopt    dev-ada    ada     shop     it was ready, and lacks its workflow\n' +
      '1 kept, 1 adopted, 0 undone, 0 left for now, 0 missing, 0 superseded.\n',
  );
});
