/** Rows as text in columns, the first of them being the headings. */
export function table(rows: readonly (readonly string[])[]): string {
  const widthOf = (column: number): number => Math.max(...rows.map((row) => row[column]?.length ?? 0));
  const line = (row: readonly string[]): string => row.map((cell, column) => cell.padEnd(widthOf(column))).join('  ');
  return rows.map((row) => `${line(row).trimEnd()}\n`).join('');
}
