import Table from 'cli-table3';
import colors from 'picocolors';
import prettyBytes from 'pretty-bytes';
import prettyMs from 'pretty-ms';
import type { Report } from './report';

const SHOWN = 15;

/** A report as people read it. */
export function printReport(report: Report, write: (text: string) => void): void {
  const title = (text: string): void => {
    write(`\n${colors.bold(text)}`);
  };
  if (report.interrupted) write(colors.yellow('Interrupted: this is what was done by then.'));

  title('Licences');
  write(table(['licence', 'packages', 'size'], report.licences.map(({ licence, packages, bytes }) => [licence, packages, prettyBytes(bytes)])));
  title('Largest packages');
  write(table(['package', 'version', 'size'], report.largest.map(({ name, version, bytes }) => [name, version, prettyBytes(bytes)])));
  title(`Packages without a licence: ${report.withoutLicence.length}`);
  if (report.withoutLicence.length > 0) write(shortened(report.withoutLicence).join('\n'));
  title(`Dead letters: ${report.deadLetters.length}`);
  if (report.deadLetters.length > 0) {
    write(table(['file', 'reason', 'error'], report.deadLetters.slice(0, SHOWN).map(({ path, reason, error }) => [path, reason, error])));
  }

  const { metrics, walkerLead } = report;
  title('The broker');
  write(
    table(['sent', 'delivered', 'succeeded', 'errored', 'aborted', 'failed', 'pending', 'in flight', 'dead letters'], [
      [
        metrics.totalSent,
        metrics.totalDelivered,
        metrics.totalSucceeded,
        metrics.totalErrored,
        metrics.totalAborted,
        metrics.totalFailed,
        metrics.pending,
        metrics.inFlight,
        metrics.totalDeadLettered,
      ],
    ]),
  );
  write(`\n${report.filesFound} files found = ${report.filesParsed} parsed + ${report.deadLetters.length} dead letters`);
  write(`The walker was ahead of the readers by ${walkerLead.largest} files at most; ${walkerLead.allowed} are allowed.`);
  write(report.addsUp ? colors.green('All numbers add up.') : colors.red('The numbers do not add up: this is a bug.'));
  const perSecond = Math.round((report.filesFound / Math.max(1, report.milliseconds)) * 1_000);
  write(`${prettyMs(report.milliseconds)}, ${perSecond} files a second`);
}

function table(head: string[], rows: (string | number)[][]): string {
  const lines = new Table({ head, style: { head: [], border: [] }, colAligns: head.map((_, column) => (typeof rows[0]?.[column] === 'number' ? 'right' : 'left')) });
  lines.push(...rows);
  return lines.toString();
}

function shortened(names: readonly string[]): readonly string[] {
  return names.length <= SHOWN ? names : [...names.slice(0, SHOWN), `… and ${names.length - SHOWN} more`];
}
