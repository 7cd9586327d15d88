import { count, duration } from '../../order-desk/terminal/numbers';
import type { ReportLine } from '../../terminal/report-line';
import { wrapWords } from '../../order-desk/terminal/wrap-words';
import { sum } from '../account';
import type { ClusterReport } from '../session';

/** Characters before a sum. */
const NAME = 10;

/** The account as lines of at most `width` characters. */
export function reportLines(report: ClusterReport, width: number): readonly ReportLine[] {
  const { sent, ok, failed, unknown, handled, serverKills, depotKills, contradictions } = report;
  const sums: readonly [string, string][] = [
    ['requests', `${count(sent)} sent = ${count(ok)} ok + ${count(sum(failed))} failed + ${count(sum(unknown))} unknown`],
    ['failed', byCode(failed)],
    ['unknown', byCode(unknown)],
    ['handlers', `${count(handled)} parcels seen, each once: every one that is ok, and ${count(handled - ok)} others`],
    ['killed', `the server ${times(serverKills)}, a depot ${times(depotKills)}`],
  ];
  const title = `The cluster, ${duration(report.ms)}${report.isInterrupted ? ', stopped early' : ''}`;
  const verdict = report.addsUp ? 'All numbers add up: every request is accounted for, and none was handled twice.' : 'The numbers do not add up: this is a bug.';
  return [
    { text: title.slice(0, width), tone: 'title' },
    ...sums.flatMap(([name, text]) => wrapWords(text, width - NAME).map((line, index) => ({ text: (index === 0 ? name : '').padEnd(NAME) + line }))),
    ...contradictions.flatMap((text) => wrapWords(text, width)).map((text) => ({ text, tone: 'bad' }) as const),
    ...wrapWords(verdict, width).map((text) => ({ text, tone: report.addsUp ? 'good' : 'bad' }) as const),
  ];
}

const times = (number: number): string => (number === 1 ? 'once' : `${count(number)} times`);

function byCode(counts: Readonly<Record<string, number>>): string {
  const codes = Object.entries(counts).map(([code, number]) => `${count(number)} ${code}`);
  return codes.length === 0 ? 'none' : codes.join(', ');
}
