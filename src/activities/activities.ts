import { accessActivities } from './access.ts';
import { attempted } from './attempted.ts';
import { capacityActivities } from './capacity.ts';
import type { Dependencies } from './dependencies.ts';
import { mendActivities } from './mend.ts';
import { operatorActivities } from './operators.ts';
import { proofActivities } from './proof.ts';
import { provisionActivities } from './provision.ts';
import { sleepActivities } from './sleep.ts';
import { slotActivities } from './slots.ts';
import { sweepActivities } from './sweep.ts';
import { teardownActivities } from './teardown.ts';

/** All activities, over the dependencies given. Each answers with the number of attempts that it took. */
export function createActivities(dependencies: Dependencies) {
  return {
    ...attempted(provisionActivities(dependencies), 'on final errors'),
    ...attempted(proofActivities(dependencies), 'on final errors'),
    ...attempted(accessActivities(dependencies), 'on final errors'),
    ...attempted(mendActivities(dependencies), 'on final errors'),
    ...attempted(slotActivities(dependencies), 'on final errors'),
    ...attempted(capacityActivities(dependencies), 'never'),
    ...attempted(sleepActivities(dependencies), 'never'),
    ...attempted(sweepActivities(dependencies), 'never'),
    ...attempted(teardownActivities(dependencies), 'never'),
    ...attempted(operatorActivities(dependencies), 'on final errors'),
  };
}
export type Activities = ReturnType<typeof createActivities>;
