import { type ChildProcess, execFileSync, spawn } from 'node:child_process';
import { readFileSync, readlinkSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';

/** An address outside of the cluster (RFC 5737, TEST-NET-3). */
export const OUTSIDE = '203.0.113.10';
/** Where clouds have their metadata. */
const METADATA = '169.254.169.254';
/** The ports that answer TCP, at either address. */
export const OUTSIDE_PORTS = [80, 443];

const LINK = { name: 'outside', node: '192.0.2.1', outside: '192.0.2.2' };
/** Serves the files of a directory by HTTP. Arguments: the directory, then ports. */
const ANSWER = `
  const [directory, ...ports] = process.argv.slice(1);
  const { createReadStream } = require('node:fs');
  const answer = ({ url }, response) =>
    createReadStream(directory + new URL(url, 'http://outside').pathname)
      .on('error', () => response.writeHead(404).end())
      .pipe(response);
  for (const port of ports) require('node:http').createServer(answer).listen(port);
`;

/**
 * Makes a network beside the node's, with something that answers at addresses outside of the cluster, and routes to it.
 *
 * @param stateDirectory of the node's servers
 * @param files the directory that it serves
 * @returns a function that removes it
 */
export async function outsideOf(stateDirectory: string, files = '/nowhere'): Promise<() => Promise<void>> {
  const { pid } = JSON.parse(readFileSync(join(stateDirectory, 'processes', 'node.json'), 'utf8')) as { pid: number };
  const onNode = (...args: string[]) => ip(pid, args);
  const answering: ChildProcess = spawn(
    'unshare',
    ['--net', process.execPath, '-e', ANSWER, files, ...OUTSIDE_PORTS.map(String)],
    {
      stdio: 'ignore',
    },
  );
  const outside = answering.pid ?? 0;
  const beyond = (...args: string[]) => ip(outside, args);
  await untilUnshared(outside);
  onNode('link', 'add', LINK.name, 'type', 'veth', 'peer', 'name', 'node', 'netns', String(outside));
  onNode('address', 'add', `${LINK.node}/30`, 'dev', LINK.name);
  onNode('link', 'set', LINK.name, 'up');
  beyond('address', 'add', `${LINK.outside}/30`, 'dev', 'node');
  for (const address of [OUTSIDE, METADATA]) {
    beyond('address', 'add', `${address}/32`, 'dev', 'node');
    onNode('route', 'add', `${address}/32`, 'via', LINK.outside);
  }
  beyond('link', 'set', 'node', 'up');
  beyond('route', 'add', 'default', 'via', LINK.node);
  // With its network goes the link, and with the link its routes.
  return async () => {
    answering.kill('SIGKILL');
    while (hasLink(pid)) await sleep(20);
  };
}

function hasLink(node: number): boolean {
  const links = execFileSync('nsenter', [`--net=/proc/${node}/ns/net`, 'ip', '-oneline', 'link'], { encoding: 'utf8' });
  return links.includes(` ${LINK.name}@`);
}

function ip(pid: number, args: string[]): void {
  execFileSync('nsenter', [`--net=/proc/${pid}/ns/net`, 'ip', ...args], { stdio: ['ignore', 'ignore', 'inherit'] });
}

/** A process has our network until it has one of its own. */
async function untilUnshared(pid: number): Promise<void> {
  const network = (of: number | string) => readlinkSync(`/proc/${of}/ns/net`);
  for (let tries = 0; network(pid) === network('self'); tries++) {
    if (tries > 200) throw new Error('The network outside could not be made.');
    await sleep(20);
  }
}
