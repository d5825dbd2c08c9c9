/** Series that a query asks for. */
export interface Selector {
  metric: string;
  matchers: Matcher[];
}

/** A label, and what its value may be: each of these as a regular expression, which matches all of it. */
export interface Matcher {
  label: string;
  alternatives: string[];
}

const SELECTOR = /\b((?:berth|temporal)[_:]\w+|up)\b(?:\{([^}]*)\})?/g;
const MATCHER = /(\w+)\s*(=~?|![=~])\s*"([^"]*)"/g;
const LABELS = /\b(?:by|on|without|ignoring|group_left|group_right)\s*\(([^)]*)\)/g;
const IN_TEXT = /\$labels\.(\w+)/g;
const SPECIAL = /[.*+?^${}()|[\]\\]/g;

/** The series that a query of ours asks for, by their names and labels. */
export function selectorsIn(query: string): Selector[] {
  return [...query.matchAll(SELECTOR)].map(([, metric = '', matchers = '']) => ({
    metric,
    matchers: [...matchers.matchAll(MATCHER)].map(([, label = '', operator = '', value = '']) => ({
      label,
      alternatives: operator.endsWith('~') ? value.split('|') : [value.replace(SPECIAL, String.raw`\$&`)],
    })),
  }));
}

/** The labels that a query groups or joins series by. */
export function groupingsIn(query: string): string[] {
  const lists = [...query.matchAll(LABELS)].map(([, list = '']) => list);
  return [...new Set(lists.flatMap((list) => list.split(',')).map((label) => label.trim()))].filter(Boolean);
}

/** The labels that a text for people shows. */
export function labelsShown(text: string): string[] {
  return [...new Set([...text.matchAll(IN_TEXT)].map(([, label = '']) => label))];
}
