/** What must be open and what closed: who begins, to whom, by which protocol and port. */

/** Between environments, and from everyone else: closed whatever the template allows. */
const ALWAYS_CLOSED = [
  'ada/web > bob/web TCP 8080 closed',
  'bob/web > ada/web TCP 8080 closed',
  'ada/store > bob/web UDP 8080 closed',
  'bob/web > ada/store TCP 5432 closed',
  'ada/web > bob/dns-labelled UDP 53 closed',
  'ada/web > bob/dns-labelled TCP 53 closed',
  'bob/dns-labelled > ada/web TCP 53 closed',
  'elsewhere/web > ada/web TCP 8080 closed',
  'elsewhere/dns-labelled > ada/web UDP 53 closed',
  'kube-system/dns > ada/web UDP 53 closed',
  'kube-system/dns > ada/web TCP 8080 closed',
  'kube-system/other > ada/web TCP 8080 closed',
  'internet > ada/web TCP 8080 closed',
  'internet > ada/web UDP 53 closed',
  'registry > ada/web TCP 443 closed',
  'nobody > ada/web TCP 8080 closed',
  'ada/web > elsewhere/web TCP 8080 closed',
  'ada/web > elsewhere/dns-labelled UDP 53 closed',
  'ada/web > elsewhere/dns-labelled TCP 53 closed',
  'ada/web > kube-system/other TCP 53 closed',
  'ada/web > kube-system/other UDP 53 closed',
  'ada/web > kube-system/unlabelled UDP 53 closed',
  'ada/web > kube-system/dns TCP 9153 closed',
  'ada/web > kube-system/dns TCP 8181 closed',
  'ada/web > kube-system/dns SCTP 53 closed',
  'ada/web > metadata TCP 80 closed',
  'ada/web > metadata TCP 443 closed',
  'ada/web > metadata UDP 53 closed',
  'ada/web > node-local-dns UDP 53 closed',
  'ada/web > node-local-dns TCP 53 closed',
  'ada/web > loopback TCP 443 closed',
  'ada/web > private-10 TCP 443 closed',
  'ada/web > private-172 TCP 443 closed',
  'ada/web > private-192 TCP 443 closed',
  'ada/web > shared TCP 443 closed',
  'ada/web > apiserver-service TCP 443 closed',
  'ada/web > apiserver TCP 6443 closed',
  'ada/web > node TCP 10250 closed',
  'ada/web > node UDP 53 closed',
  'ada/web > nobody TCP 443 closed',
];

/** DNS, and the environment's own pods. */
const OWN = [
  'ada/web > kube-system/dns UDP 53 open',
  'ada/web > kube-system/dns TCP 53 open',
  'bob/web > kube-system/dns UDP 53 open',
  'ada/web > ada/store TCP 5432 open',
  'ada/store > ada/web TCP 8080 open',
  'ada/store > ada/web UDP 9 open',
  'bob/web > bob/dns-labelled TCP 8080 open',
];

const NOTHING_OUTSIDE = [
  'ada/web > internet TCP 443 closed',
  'ada/web > internet TCP 80 closed',
  'ada/web > internet UDP 53 closed',
  'ada/web > internet UDP 123 closed',
];

// Policies say nothing of pods that no environment has.
const OTHERS = ['elsewhere/web > internet TCP 443 open', 'elsewhere/web > kube-system/other TCP 8080 open'];

export const BUILT_IN = [
  ...ALWAYS_CLOSED,
  ...OWN,
  ...NOTHING_OUTSIDE,
  ...OTHERS,
  'ada/web > registry TCP 443 closed',
  'ada/web > registry UDP 123 closed',
];

export const CLOSED = [
  ...ALWAYS_CLOSED,
  ...OWN.map((row) => row.replace(/open$/, 'closed')),
  ...NOTHING_OUTSIDE,
  ...OTHERS,
  'ada/web > registry TCP 443 closed',
];

export const NARROW = [
  ...ALWAYS_CLOSED,
  ...OWN,
  ...NOTHING_OUTSIDE,
  ...OTHERS,
  'ada/web > registry TCP 443 open',
  'ada/store > registry TCP 8443 open',
  'bob/web > registry TCP 443 open',
  'ada/web > registry UDP 123 open',
  'ada/web > registry UDP 443 closed',
  'ada/web > registry TCP 123 closed',
  'ada/web > registry TCP 80 closed',
  'ada/web > registry TCP 444 closed',
  'ada/web > registry SCTP 443 closed',
  'ada/web > next-to-registry TCP 443 closed',
  'ada/web > next-to-registry UDP 123 closed',
];

export const WIDE = [
  ...ALWAYS_CLOSED,
  ...OWN,
  ...OTHERS,
  'ada/web > internet TCP 443 open',
  'ada/web > internet TCP 80 open',
  'ada/web > internet UDP 53 open',
  'ada/store > registry UDP 123 open',
  'ada/web > internet TCP 8443 closed',
  'ada/web > internet UDP 443 closed',
  'ada/web > internet SCTP 443 closed',
];
