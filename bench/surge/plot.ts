/** A line, or dots, in a plot. */
export interface Series {
  name: string;
  colour: string;
  points: readonly (readonly [x: number, y: number])[];
  dots?: boolean;
  /** What is counted stays as it is until the next point. */
  steps?: boolean;
}

const [WIDTH, HEIGHT, LEFT, BOTTOM, TOP] = [760, 220, 56, 28, 10] as const;
const TICKS = 5;

/** Plots series over the same x, each from zero on, as SVG. */
export function plot(title: string, yLabel: string, mostX: number, series: readonly Series[]): string {
  const mostY = niceAbove(Math.max(1e-9, ...series.flatMap(({ points }) => points.map(([, y]) => y))));
  const x = (value: number): string => (LEFT + ((WIDTH - LEFT - 10) * value) / mostX).toFixed(1);
  const y = (value: number): string => (HEIGHT - BOTTOM - ((HEIGHT - BOTTOM - TOP) * value) / mostY).toFixed(1);
  const shapes = series.map(({ points, colour, dots, steps }) => {
    if (dots)
      return points
        .map(([a, b]) => `<circle cx="${x(a)}" cy="${y(b)}" r="2" fill="${colour}" opacity="0.6"/>`)
        .join('');
    const path = points.map(([a, b], index) => {
      const before = points[index - 1]?.[1];
      return before === undefined || !steps ? `${x(a)},${y(b)}` : `${x(a)},${y(before)} ${x(a)},${y(b)}`;
    });
    return `<polyline points="${path.join(' ')}" fill="none" stroke="${colour}" stroke-width="1.5"/>`;
  });
  const ticks = Array.from({ length: TICKS + 1 }, (_, index) => index / TICKS);
  const grid = ticks.map((part) => {
    const [down, along] = [y(part * mostY), x(part * mostX)];
    return (
      `<line x1="${LEFT}" x2="${WIDTH - 10}" y1="${down}" y2="${down}" stroke="#ddd"/>` +
      `<text x="${LEFT - 6}" y="${down}" text-anchor="end" dominant-baseline="middle">${short(part * mostY)}</text>` +
      `<text x="${along}" y="${HEIGHT - 10}" text-anchor="middle">${short(part * mostX)} s</text>`
    );
  });
  const legend = series.map(({ name, colour }) => `<span style="color:${colour}">■ ${name}</span>`).join(' ');
  return `<figure><figcaption>${title}, ${yLabel}. ${legend}</figcaption><svg viewBox="0 0 ${WIDTH} ${HEIGHT}" role="img" aria-label="${title}">${grid.join('')}${shapes.join('')}</svg></figure>`;
}

/** The next number of the form 1, 2, 3 or 5 times a power of ten. */
function niceAbove(value: number): number {
  const power = 10 ** Math.floor(Math.log10(value));
  return power * ([1, 2, 3, 5].find((step) => step * power >= value) ?? 10);
}

function short(value: number): string {
  return `${Number(value.toPrecision(3))}`;
}
