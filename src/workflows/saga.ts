import { CancellationScope } from '@temporalio/workflow';

/**
 * Remembers how to undo what is done. A compensation is registered before its step runs, since a step whose answer is
 * lost may have been done; so each must also do for a step that never happened.
 */
export class Saga {
  readonly #compensations: (() => Promise<unknown>)[] = [];

  /** Registers how to undo the step that comes next. */
  compensateWith(compensation: () => Promise<unknown>): void {
    this.#compensations.push(compensation);
  }

  /** Undoes everything, the last first. Nothing cancels it, and it ends only when all is undone. */
  undo(): Promise<void> {
    return CancellationScope.nonCancellable(async () => {
      for (const compensation of this.#compensations.splice(0).reverse()) await compensation();
    });
  }
}
