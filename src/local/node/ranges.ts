/** Where pods have their addresses; nothing outside the node's network knows any of them. An IPv4 and an IPv6 range. */
export const POD_RANGES = ['10.244.0.0/16', 'fd62:6572:7468:ffff::/64'] as const;
/** Where services have theirs. */
export const SERVICE_RANGES = ['10.96.0.0/16', 'fd62:6572:7468:fffe::/112'] as const;
