/** What must come of a check: nothing passes, something answers, or whatever it is, it is only told. */
export type Expectation = 'closed' | 'open' | 'observed';

/**
 * What a check has come to:
 * - `proved`: it is as it must be, and the control shows that it is so for this reason;
 * - `refuted`: it is not as it must be;
 * - `unproven`: nothing answers there whoever asks, so that silence says nothing;
 * - `observed`: it is told, and nothing is promised.
 */
export type Verdict = 'proved' | 'refuted' | 'unproven' | 'observed';
type Answer = 'open' | 'closed';

/** One place as it was tried, with packets. */
export interface Sighting {
  /** Such as `203.0.113.10:443/TCP`. */
  place: string;
  open: boolean;
  /** Whether the same answers where no policy forbids it; `undefined` where that could not be tried. */
  control?: boolean | undefined;
}

/** What was seen of one check, in status. */
export interface Finding {
  name: string;
  expected: Expectation;
  seen?: Answer;
  control?: Answer;
  verdict: Verdict;
  /** The places that decided it, or why there were none. */
  note?: string;
}

/** The evidence: whether the cluster isolates an environment, and what shows it. */
export interface Proof {
  /** RFC 3339, in UTC. */
  verified_at: string;
  enforced: boolean;
  checks: Finding[];
}

/** Without these there is no isolation, whatever else was seen. */
export const ESSENTIAL: readonly string[] = ['from-another-environment', 'to-another-environment', 'to-cluster-api'];

const MOST_PLACES = 6;

/** What the sightings of one check come to. A place that is not as it must be outweighs all others. */
export function judge(name: string, expected: Expectation, sightings: readonly Sighting[]): Finding {
  if (sightings.length === 0) return unproven(name, expected, 'nothing was tried');
  const deciding = ['refuted', 'unproven', 'proved', 'observed']
    .map((verdict) => sightings.filter((sighting) => verdictOn(expected, sighting) === verdict))
    .find((found) => found.length > 0) as [Sighting, ...Sighting[]];
  const [first] = deciding;
  const verdict = verdictOn(expected, first);
  const places = listed(deciding.map(({ place }) => place));
  return {
    name,
    expected,
    seen: answer(deciding.some(({ open }) => open)),
    ...(first.control !== undefined && { control: answer(first.control) }),
    verdict,
    note: verdict === 'unproven' ? `nothing answers at ${places}` : places,
  };
}

/** A check that could not be made, or whose outcome says nothing. */
export function unproven(name: string, expected: Expectation, note: string): Finding {
  return { name, expected, verdict: 'unproven', note };
}

/** All findings together: enforced where nothing is refuted and everything essential is proved. */
export function conclude(checks: Finding[], at: Date): Proof {
  const isProved = (name: string): boolean => checks.some((found) => found.name === name && found.verdict === 'proved');
  const enforced = checks.every(({ verdict }) => verdict !== 'refuted') && ESSENTIAL.every(isProved);
  return { verified_at: at.toISOString(), enforced, checks };
}

/** Why a proof failed, and what to do, in a sentence or two; `undefined` where it did not. */
export function proofFault({ enforced, checks }: Proof): string | undefined {
  if (enforced) return undefined;
  const refuted = checks.filter(({ verdict }) => verdict === 'refuted');
  const passes = refuted.filter(({ expected }) => expected === 'closed');
  if (passes.length > 0)
    return `This cluster does not enforce network policies: ${said(passes, 'is open')}. Have its operator install a network that enforces them, or start from a template that demands no proof.`;
  if (refuted.length > 0)
    return `This cluster closes what the template opens: ${said(refuted, 'is closed')}. Have its operator look at what stands between, or correct the template.`;
  const missing = checks.filter(({ name, verdict }) => ESSENTIAL.includes(name) && verdict !== 'proved');
  return `Whether this cluster enforces network policies could not be shown: ${said(missing, 'is unproven')}. Have its operator look at its network, or start from a template that demands no proof.`;
}

function verdictOn(expected: Expectation, { open, control }: Sighting): Verdict {
  if (expected === 'observed') return 'observed';
  // What answers needs no control: it is there.
  if (open) return expected === 'open' ? 'proved' : 'refuted';
  if (control !== true) return 'unproven';
  return expected === 'closed' ? 'proved' : 'refuted';
}

/** Not all of many: what is shown of an environment stays small. */
function listed(places: string[]): string {
  const more = places.length - MOST_PLACES;
  return [...places.slice(0, MOST_PLACES), ...(more > 0 ? [`${more} more`] : [])].join(', ');
}

function answer(open: boolean): Answer {
  return open ? 'open' : 'closed';
}

function said(findings: Finding[], what: string): string {
  return findings.map(({ name, note = 'for no reason that is known' }) => `${name} ${what} (${note})`).join('; ');
}
