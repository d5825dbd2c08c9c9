/** What a start prints once everything is ready; the names are those of `--json`. */
export interface Announcement {
  /** The API's URL. */
  readonly api: string;
  /** A token for `dev_id` user123. */
  readonly token: string;
  readonly admin_token: string;
  /** The path of the administrator's kubeconfig. */
  readonly kubeconfig: string;
  /** `host:port` */
  readonly temporal: string;
  /** The web UI's URL; null for a Temporal that is not ours. */
  readonly temporal_ui: string | null;
  /** Whether containers run; null for a cluster that is not ours. */
  readonly node: 'real' | 'simulated' | null;
}

/** One line for scripts. */
export function asJson(announcement: Announcement): string {
  return `${JSON.stringify(announcement)}\n`;
}

/** The same for people, with a call to try. */
export function asText(announcement: Announcement): string {
  const { api, token, admin_token, kubeconfig, temporal, temporal_ui, node } = announcement;
  const note =
    node === 'simulated' ? '\nNodes are simulated by kwok: workloads become ready, but no container runs.\n' : '';
  return `
Berth is ready.

  API           ${api}
  Temporal UI   ${temporal_ui ?? `that of ${temporal}`}
  kubeconfig    ${kubeconfig}
  token         ${token}  (developer user123)
  admin token   ${admin_token}
${note}
Start an environment:

  curl -X POST ${api}/api/environments/start \\
    -H 'Authorization: Bearer ${token}' \\
    -H 'Content-Type: application/json' \\
    -d '{"dev_id": "user123", "project": "new_feature"}'
${lookInside(node, api, token)}
Ctrl-C stops everything.
`;
}

/** Where a container runs, it can answer itself. */
function lookInside(node: Announcement['node'], api: string, token: string): string {
  if (node === 'simulated') return '';
  return `
Look inside:

  BERTH_API=${api} BERTH_TOKEN=${token} npx berth shell new_feature -- uname -a
`;
}
