import { connect } from 'node:net';
import { inject } from 'vitest';

/** A request as bytes, so that it can be one that no HTTP library would send. */
export interface RawRequest {
  method?: string;
  path?: string;
  /** Headers besides those that {@link sendRaw} sets; a framing of its own takes the place of the Content-Length. */
  headers?: Record<string, string>;
  body?: string | Buffer;
  /** Ends the sending side with the body, so that the server sees where it was cut off. */
  cutOff?: boolean;
}

export interface RawAnswer {
  status: number;
  headers: Headers;
  text: string;
}

const IS_FRAMING = /^(?:content-length|transfer-encoding)$/i;

/** Sends a request byte by byte as given, and reads the answer until the server closes the connection. */
export function sendRaw(token: string | undefined, request: RawRequest): Promise<RawAnswer> {
  const { method = 'POST', path = '/environments/start', headers = {}, body = '', cutOff = false } = request;
  const isFramed = Object.keys(headers).some((name) => IS_FRAMING.test(name));
  const all = {
    Host: 'localhost',
    Connection: 'close',
    // Problems name their request: those of one kind are to be alike otherwise.
    'X-Request-Id': 'a-test',
    ...(token !== undefined && { Authorization: `Bearer ${token}` }),
    ...(!isFramed && { 'Content-Length': Buffer.byteLength(body) }),
    ...headers,
  };
  const lines = Object.entries(all).map(([name, value]) => `${name}: ${value}`);
  const head = [`${method} ${path} HTTP/1.1`, ...lines, '', ''].join('\r\n');
  return sendBytes(Buffer.concat([Buffer.from(head, 'latin1'), Buffer.from(body)]), cutOff);
}

/** Sends bytes that need not be HTTP at all. */
export function sendBytes(bytes: Buffer, cutOff = false): Promise<RawAnswer> {
  const { hostname, port } = new URL(inject('servers').api);
  return new Promise((resolve, reject) => {
    const received: Buffer[] = [];
    const socket = connect({ host: hostname, port: Number(port), allowHalfOpen: true });
    socket.on('data', (chunk) => received.push(chunk));
    // Who answers before all is read closes the connection on what is still being sent.
    socket.on('error', (error) => received.length === 0 && reject(error));
    socket.on('close', () => resolve(answerFrom(Buffer.concat(received))));
    socket.on('end', () => socket.end());
    socket.write(bytes);
    if (cutOff) socket.end();
  });
}

function answerFrom(bytes: Buffer): RawAnswer {
  const text = bytes.toString('utf8');
  const end = text.indexOf('\r\n\r\n');
  if (end < 0) throw new Error(`The server closed the connection without an answer: '${text}'.`);
  const [statusLine = '', ...fields] = text.slice(0, end).split('\r\n');
  const headers = new Headers(
    fields.map((field): [string, string] => {
      const colon = field.indexOf(':');
      return [field.slice(0, colon), field.slice(colon + 1).trim()];
    }),
  );
  return { status: Number(statusLine.split(' ')[1]), headers, text: text.slice(end + 4) };
}
