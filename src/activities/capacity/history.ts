import type { DemandRecord } from '../../capacity/demand-record.ts';
import type { Ledger } from '../../capacity/ledger.ts';
import type { Execution, Making } from '../../capacity/making.ts';
import type { Environment } from '../../environment/environment.ts';
import type { Identity } from '../../environment/identity.ts';
import type { Specification } from '../../environment/request.ts';

/** What the last plan has left to be remembered. Both are missing where there was none. */
export interface Remembered {
  ledger?: Ledger;
  demand?: DemandRecord;
}

/** A slot that a workflow is making. */
export interface Underway extends Identity {
  template: Specification['template'];
  startedAt: Date;
}

/** A making of a slot that has ended. */
export interface Ended extends Making, Identity {}

/** What a plan must know of what workflows have done. All are lists that lag a moment behind. */
export interface CapacityHistory {
  remembered(): Promise<Remembered>;
  /** The lives of environments whose workflow was started after a moment, each as it is shown now. */
  startedSince(moment: Date): AsyncIterable<Environment>;
  /** The makings of slots that have ended after a moment. */
  madeSince(moment: Date): AsyncIterable<Ended>;
  underway(): AsyncIterable<Underway>;
  /** What a slot was made of; `undefined` where Temporal keeps that no longer. */
  madeOf(making: Execution): Promise<Specification | undefined>;
}
