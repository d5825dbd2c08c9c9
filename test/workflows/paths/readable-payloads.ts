const JSON_ENCODING = base64('json/plain');

interface Payload {
  metadata: { encoding: string; [key: string]: string };
  data: string;
}

/** A payload that holds JSON, as it is written to a file: the value, and whatever else its metadata say. */
interface ReadablePayload {
  json: unknown;
  [key: string]: unknown;
}

/** Writes each payload of a message in JSON as what it holds, and all fields in one order, whoever sent them. */
export function toReadable(message: unknown): unknown {
  if (Array.isArray(message)) return message.map(toReadable);
  if (!isObject(message)) return message;
  if (isJsonPayload(message)) {
    const { encoding: _, ...others } = message.metadata;
    return { json: JSON.parse(text(message.data)), ...mapValues(others, text) };
  }
  const sorted = Object.entries(message).sort(([one], [other]) => (one < other ? -1 : 1));
  return mapValues(Object.fromEntries(sorted), toReadable);
}

/** Undoes {@link toReadable}. */
export function fromReadable(message: unknown): unknown {
  if (Array.isArray(message)) return message.map(fromReadable);
  if (!isObject(message)) return message;
  if (isReadablePayload(message)) {
    const { json, ...others } = message;
    const metadata = { ...mapValues(others, (value) => base64(String(value))), encoding: JSON_ENCODING };
    return { metadata, data: base64(JSON.stringify(json)) } satisfies Payload;
  }
  return mapValues(message, fromReadable);
}

function isJsonPayload(message: object): message is Payload {
  const { metadata, data } = message as Partial<Payload>;
  return metadata?.encoding === JSON_ENCODING && typeof data === 'string';
}

/** No message of Temporal's histories has a field of this name. */
function isReadablePayload(message: object): message is ReadablePayload {
  return 'json' in message;
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null;
}

function mapValues<V, W>(object: Record<string, V>, map: (value: V) => W): Record<string, W> {
  return Object.fromEntries(Object.entries(object).map(([key, value]) => [key, map(value)]));
}

function base64(plain: string): string {
  return Buffer.from(plain).toString('base64');
}

function text(encoded: string): string {
  return Buffer.from(encoded, 'base64').toString();
}
