import { writeFileSync } from 'node:fs';
import type { Reporter, TestCase, TestModule } from 'vitest/node';
import type { Counts } from '../faults/row.ts';

/** A row of the matrix of faults, as it came out. */
export interface MatrixRow {
  readonly fault: string;
  /** Missing where it did not come so far as to count. */
  readonly counts?: Counts | undefined;
  readonly notes: readonly string[];
  readonly passed: boolean;
}

const COLUMNS = ['runs', 'accepted', 'completed', 'left'] as const;
const COLUMN_WIDTH = 11;

/** Prints the matrix of faults, and writes it as JSON to the file that `BERTH_FAULTS_REPORT` names. */
export default class MatrixReporter implements Reporter {
  onTestRunEnd(modules: readonly TestModule[]): void {
    const rows = matrixOf(modules);
    process.stdout.write(`\n${matrixText(rows)}\n`);
    const { BERTH_FAULTS_REPORT: file } = process.env;
    if (file) writeFileSync(file, `${JSON.stringify(rows, undefined, 2)}\n`);
  }
}

/** One row for each test that is one; a test beside them that failed is told as well. */
export function matrixOf(modules: readonly TestModule[]): MatrixRow[] {
  return modules.flatMap((module) => [...module.children.allTests()].flatMap((test) => rowOf(test) ?? []));
}

/** The row as a table for people. */
export function matrixText(rows: readonly MatrixRow[]): string {
  const width = Math.max(0, ...rows.map(({ fault }) => fault.length)) + 1;
  const line = (fault: string, cells: readonly unknown[], outcome: string): string =>
    `${fault.padEnd(width)}${cells.map((cell) => String(cell).padStart(COLUMN_WIDTH)).join('')}   ${outcome}`;
  return [
    line('fault', COLUMNS, ''),
    ...rows.flatMap(({ fault, counts, notes, passed }) => [
      line(
        fault,
        COLUMNS.map((column) => counts?.[column] ?? '–'),
        passed ? 'passed' : 'FAILED',
      ),
      ...notes.map((note) => `    ${note}`),
    ]),
    '',
  ].join('\n');
}

/** A row stands for all tests around it: it has passed where they have. */
function rowOf(test: TestCase): MatrixRow | undefined {
  const { fault, counts, notes = [] } = test.meta();
  const { state } = test.result();
  if (fault === undefined)
    return state === 'failed' && isAlone(test) ? { fault: test.fullName, notes, passed: false } : undefined;
  return { fault, counts, notes, passed: state === 'passed' && test.parent.ok() };
}

/** Whether no row speaks for a test. */
function isAlone({ parent }: TestCase): boolean {
  return [...parent.children.allTests()].every((other) => other.meta().fault === undefined);
}
