/** As protobuf has a duration, or a moment since the epoch. */
export type ProtobufTime = { seconds?: unknown; nanos?: number | null } | null | undefined;

/** In milliseconds; 0 where there is none. */
export function msOf(time: ProtobufTime): number {
  return Number(time?.seconds ?? 0) * 1000 + (time?.nanos ?? 0) / 1e6;
}
