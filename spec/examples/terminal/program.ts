import { endWithPipe } from './live-terminal';
import { type ReportLine, toned } from './report-line';

const BAD_USE = 2;
/** The exit code of a program that the user has ended. */
export const INTERRUPTED = 130;

export interface Program<Given extends { readonly isHelp: boolean }> {
  readonly name: string;
  readonly usage: string;
  /** @throws {Error} that says which argument is wrong. */
  readonly read: (args: string[]) => Given;
  /** Does the work. Resolves with the exit code. */
  readonly main: (given: Given) => Promise<number>;
}

/** Runs a program with the arguments of this process, and sets the exit code. */
export async function runProgram<Given extends { readonly isHelp: boolean }>({ name, usage, read, main }: Program<Given>): Promise<void> {
  endWithPipe(process);
  let given: Given;
  try {
    given = read(process.argv.slice(2));
  } catch (error) {
    console.error(`${name}: ${(error as Error).message}\n\n${usage}`);
    process.exitCode = BAD_USE;
    return;
  }
  if (given.isHelp) {
    console.log(usage);
    return;
  }
  process.exitCode = await main(given).catch((error: unknown) => {
    console.error(`${name}: ${error instanceof Error ? error.message : String(error)}`);
    return 1;
  });
}

/** Calls `stop` when the user ends the program for the first time: it closes down and reports. The second time the program leaves at once. */
export function whenInterrupted(signals: readonly NodeJS.Signals[], stop: () => void): () => void {
  let isInterrupted = false;
  const interrupt = (): void => {
    if (isInterrupted) process.exit(INTERRUPTED);
    isInterrupted = true;
    stop();
  };
  for (const signal of signals) process.on(signal, interrupt);
  return interrupt;
}

/** What a program ends with. */
export interface Outcome {
  readonly addsUp: boolean;
  readonly isInterrupted: boolean;
}

/** Writes a report, as JSON or by `lines`, which gets the width of the terminal. Returns the exit code. */
export function writeReport<Report extends Outcome>(
  report: Report,
  { isJson, isLive }: { readonly isJson: boolean; readonly isLive: boolean },
  lines: (report: Report, columns: number) => readonly ReportLine[],
): number {
  const { stdout } = process;
  if (isJson) stdout.write(`${JSON.stringify(report, null, 2)}\n`);
  else stdout.write(`${isLive ? '' : '\n'}${lines(report, stdout.columns || 100).map(toned).join('\n')}\n`);
  if (!report.addsUp) return 1;
  return report.isInterrupted ? INTERRUPTED : 0;
}
