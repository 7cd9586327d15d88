/**
 * Three processes send requests to one another over a NATS server, while processes and the server are killed. In the end every request is accounted for.
 *
 *     npm run example:cluster                        a script of 20 seconds
 *     npm -s run example:cluster -- --json | jq      only the account
 *     npm run example:cluster -- --help              all options
 *
 * It starts a server of its own: one in the PATH, one that NATS_SERVER_BIN names, or one that `bash .ci/nats-server.sh` has fetched.
 *
 * To read it: cluster/messages.ts, depot.ts and depot-program.ts are what runs in each process, and all that an application needs. journal.ts and
 * account.ts write down and count, cluster.ts starts and kills, script.ts says when, and terminal/ shows it.
 */
import { serverPath } from '../transports/nats/server-path';
import { startSession } from './cluster/session';
import { type CommandLine, USAGE, readCommandLine } from './cluster/terminal/command-line';
import { plainLines } from './cluster/terminal/plain-lines';
import { reportLines } from './cluster/terminal/report-lines';
import { isLiveTerminal, prepareEnvironment } from './terminal/live-terminal';
import { runProgram, whenInterrupted, writeReport } from './terminal/program';

/** Milliseconds between two plain lines. */
const LINE = 1_000;

const NO_SERVER = `There is no NATS server (2.11 or newer). Fetch one for this folder: bash .ci/nats-server.sh
or install one from https://nats.io/download, so that it is in the PATH or NATS_SERVER_BIN names it.`;

async function main({ seconds, isJson, isPlain }: CommandLine): Promise<number> {
  const { stdout, stdin, stderr } = process;
  if (serverPath === undefined) {
    console.error(NO_SERVER);
    return 1;
  }
  const isLive = !isJson && !isPlain && isLiveTerminal(process);
  prepareEnvironment(process);

  // Before there is a cluster, there is nothing to close.
  let stop = (): void => process.exit(130);
  const interrupt = whenInterrupted(['SIGINT', 'SIGTERM', 'SIGHUP'], () => stop());

  const live = isLive ? await import('./cluster/terminal/live-view') : undefined;
  stderr.write(live === undefined && !isJson ? '' : 'cluster: starting a server and three processes …\n');
  const session = await startSession(seconds);
  stop = () => session.stop({ isInterrupted: true });

  let hide: (() => void) | undefined;
  if (live !== undefined) hide = live.showLive(session, { stdout, stdin, onInterrupt: interrupt });
  else if (!isJson) plainLines(session, LINE).subscribe((line) => stdout.write(`${line}\n`));

  const report = await session.report.finally(() => hide?.());
  return writeReport(report, { isJson, isLive }, reportLines);
}

await runProgram({ name: 'cluster', usage: USAGE, read: readCommandLine, main });
