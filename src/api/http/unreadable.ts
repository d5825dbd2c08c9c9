import type { Duplex } from 'node:stream';
import { type Problem, problem } from '../../environment/problem.ts';

/**
 * Answers what is not HTTP, or ends in the middle, as a problem like any other: no middleware ever sees it. The
 * connection cannot be used again, as nobody knows where the next request would begin.
 */
export function answerUnreadable({ code }: NodeJS.ErrnoException, socket: Duplex): void {
  if (!socket.writable) return;
  const answer = unreadable(code);
  const body = JSON.stringify(answer);
  const head = [
    `HTTP/1.1 ${answer.status} ${answer.title}`,
    'Content-Type: application/problem+json',
    `Content-Length: ${Buffer.byteLength(body)}`,
    'Connection: close',
  ];
  socket.end(`${head.join('\r\n')}\r\n\r\n${body}`, () => socket.destroy());
}

function unreadable(code: string | undefined): Problem {
  switch (code) {
    case 'HPE_HEADER_OVERFLOW':
      return problem('headers-too-large', 'The headers may have at most 16 KiB together.');
    case 'ERR_HTTP_REQUEST_TIMEOUT':
      return problem('request-timeout', 'The request did not come to its end in time. Send it again.');
    default:
      return problem('malformed-request', 'The request is not valid HTTP, or ended early.');
  }
}
