/**
 * An order desk: prices that are never late, orders that are never forgotten, a risk service that fails, an audit service that is slow.
 *
 *     npm start                          a scripted minute; every key takes over
 *     npm -s start -- --json | jq        only the report
 *     npm start -- --help                all options and keys
 *
 * The desk knows nothing of terminals. To read it: order-desk/messages.ts, desk-handlers.ts, order-book.ts, market.ts, traders.ts, order-desk.ts.
 * script.ts is the minute, session.ts plays it, and terminal/ shows it. recording/ makes the picture in the README.
 */
import { startSession } from './order-desk/session';
import { type CommandLine, USAGE, readCommandLine } from './order-desk/terminal/command-line';
import { plainLines } from './order-desk/terminal/plain-lines';
import { reportLines } from './order-desk/terminal/report-lines';
import { isLiveTerminal, prepareEnvironment } from './terminal/live-terminal';
import { runProgram, whenInterrupted, writeReport } from './terminal/program';

/** Milliseconds between two plain lines. */
const LINE = 1_000;

async function main({ seconds, seed, isJson, isPlain }: CommandLine): Promise<number> {
  const { stdout, stdin, stderr } = process;
  const isLive = !isJson && !isPlain && isLiveTerminal(process);
  prepareEnvironment(process);

  // Loaded first: it takes a moment, in which the desk would stand still.
  const live = isLive ? await import('./order-desk/terminal/live-view') : undefined;
  const session = startSession({ seconds, seed });
  const interrupt = whenInterrupted(['SIGINT', 'SIGTERM'], () => session.stop({ isInterrupted: true }));

  let hide: (() => void) | undefined;
  if (live !== undefined) hide = live.showLive(session, { stdout, stdin, onInterrupt: interrupt });
  else if (isJson) stderr.write(`order-desk: playing ${seconds} s …\n`);
  else plainLines(session, LINE).subscribe((line) => stdout.write(`${line}\n`));

  const report = await session.report;
  hide?.();
  return writeReport(report, { isJson, isLive }, reportLines);
}

await runProgram({ name: 'order-desk', usage: USAGE, read: readCommandLine, main });
