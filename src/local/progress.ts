/** Tells the person who waits what is going on. */
export interface Progress {
  /** Something that happened, on a line of its own. */
  say(sentence: string): void;
  /** How far a long step has come; replaces the last such line where the terminal can. */
  update(text: string): void;
}

/** What a stream must offer to show progress on it. */
export interface ProgressStream {
  readonly isTTY?: boolean;
  write(text: string): unknown;
}

/**
 * Progress on a stream: one line that changes on a terminal, else a line every now and then.
 *
 * @param intervalMs - the least time between two updates where there is no terminal
 */
export function progressOn(stream: ProgressStream, intervalMs = 10_000, now: () => number = Date.now): Progress {
  const clear = stream.isTTY === true ? '\r\u001B[2K' : '';
  let lastUpdate = Number.NEGATIVE_INFINITY;
  return {
    say: (sentence) => stream.write(`${clear}${sentence}\n`),
    update: (text) => {
      if (stream.isTTY === true) {
        stream.write(`${clear}${text}`);
      } else if (now() - lastUpdate >= intervalMs) {
        lastUpdate = now();
        stream.write(`${text}\n`);
      }
    },
  };
}

/** Progress that nobody sees. */
export const silent: Progress = { say: () => undefined, update: () => undefined };

/**
 * A line such as `compiling 40 % (1 min 20 s left)`.
 *
 * @param fraction - between 0 and 1
 * @param elapsedMs - since the step began
 */
export function progressLine(label: string, fraction: number, elapsedMs: number): string {
  const percent = Math.floor(Math.min(Math.max(fraction, 0), 1) * 100);
  // The first moments say nothing about the rest.
  if (fraction < 0.02 || elapsedMs < 2_000) return `${label} ${percent} %`;
  return `${label} ${percent} % (${duration((elapsedMs * (1 - fraction)) / fraction)} left)`;
}

/** A duration as people say it, to the second. */
export function duration(ms: number): string {
  const seconds = Math.max(0, Math.round(ms / 1000));
  return seconds < 60 ? `${seconds} s` : `${Math.floor(seconds / 60)} min ${seconds % 60} s`;
}
