/** What Prometheus reads: each series by its name and labels as they stand there, with its value. */
export function seriesIn(text: string): Map<string, number> {
  const lines = text.split('\n').filter((line) => line !== '' && !line.startsWith('#'));
  return new Map(
    lines.map((line) => {
      const at = line.lastIndexOf(' ');
      return [line.slice(0, at), Number(line.slice(at + 1))];
    }),
  );
}

/** The sum of all series of a name whose labels have these values; 0 where there is none. */
export function total(text: string, name: string, labels: Readonly<Record<string, string>> = {}): number {
  const wanted = Object.entries(labels).map(([label, value]) => `${label}="${value}"`);
  let sum = 0;
  for (const [series, value] of seriesIn(text)) {
    const isMeant = series === name || series.startsWith(`${name}{`);
    if (isMeant && wanted.every((label) => series.includes(label))) sum += value;
  }
  return sum;
}
