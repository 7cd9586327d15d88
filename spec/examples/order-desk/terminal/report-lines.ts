import type { BrokerMetrics } from 'rx-broker';
import type { ReportLine } from '../../terminal/report-line';
import { lossesOf } from '../desk-frames';
import type { SessionReport } from '../session';
import { count, duration, shortCount } from './numbers';
import { wrapWords } from './wrap-words';

/** Characters before a sum. */
const NAME = 10;
/** Characters before the losses of an actor. */
const LOST = 33;

/** The report as lines of at most `width` characters. */
export function reportLines(report: SessionReport, width: number): readonly ReportLine[] {
  const { orders } = report;
  const { by } = orders;
  const sums: readonly [string, string][] = [
    ['orders', sum('placed', orders.placed, { filled: orders.filled, rejected: orders.rejected, cancelled: orders.cancelled, open: orders.open })],
    ['rejected', sum('rejected', orders.rejected, { 'price moved': by.moved, 'refused by risk': by.refused, 'no place in time': by.late, 'lost for good': by.lost })],
    ['audit', sum('filled + moved + refused', by.filled + by.moved + by.refused, { audited: report.audited, unwritten: unwritten(report) })],
    ['desk', messages(report.desk)],
    ['market', messages(report.market)],
    ['letters', `${count(report.desk.totalDeadLettered)} dead letters of the desk, ${count(report.redelivered)} sent again`],
    ['overtaken', `${count(report.overtaken)} by large orders that came later`],
  ];
  const titled = `The order desk, ${duration(report.at)}${report.isInterrupted ? ', stopped early' : ''}`;
  return [
    { text: titled.slice(0, width), tone: 'title' },
    ...sums.flatMap(([name, text]) => wrapWords(text, width - NAME).map((line, index) => ({ text: (index === 0 ? name : '').padEnd(NAME) + line }))),
    { text: '' },
    ...table(report, width),
    { text: '' },
    ...wrapWords(report.addsUp ? 'All numbers add up: every order ended once.' : 'The numbers do not add up: this is a bug.', width).map(
      (text) => ({ text, tone: report.addsUp ? 'good' : 'bad' }) as const,
    ),
  ];
}

function sum(name: string, total: number, parts: Readonly<Record<string, number>>): string {
  const shown = Object.entries(parts).map(([part, value]) => `${count(value)} ${part}`);
  return `${count(total)} ${name} = ${shown.join(' + ')}`;
}

function messages({ totalSent, totalDelivered, totalFailed, pending }: BrokerMetrics): string {
  return sum('sent', totalSent, { delivered: totalDelivered, failed: totalFailed, pending });
}

function unwritten({ actors }: SessionReport): number {
  return actors.filter(({ name }) => name === 'audit').reduce((total, actor) => total + lossesOf(actor), 0);
}

function table({ actors }: SessionReport, width: number): ReportLine[] {
  const row = (name: string, turns: string, time: string, lost: string): string => `${name.padEnd(12)}${turns.padStart(9)}${time.padStart(10)}  ${lost}`.slice(0, width).trimEnd();
  return [
    { text: row('actor', 'turns', 'a turn', 'lost'), tone: 'quiet' },
    ...actors.flatMap((actor) => {
      const time = actor.ended === 0 ? '–' : duration(actor.milliseconds / actor.ended);
      return lossesIn(actor, width).map((lost, line) => ({ text: line === 0 ? row(actor.name, count(actor.turns), time, lost) : row('', '', '', lost) }));
    }),
  ];
}

/** The losses by their codes, in as many lines as they take. */
function lossesIn(actor: SessionReport['actors'][number], width: number): string[] {
  if (width < 60) return [shortCount(lossesOf(actor))];
  // A number and its code stay in one line.
  const losses = Object.entries(actor.losses).map(([code, number]) => `${shortCount(number)}\u00a0${code}`);
  return wrapWords(losses.join(', '), width - LOST).map((line) => line.replaceAll('\u00a0', ' '));
}
