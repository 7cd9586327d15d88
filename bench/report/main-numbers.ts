import { budgets, type Budget } from '../harness/budgets';
import type { Measure } from '../harness/measure';
import { formatValue } from '../harness/table';
import { peerWorks } from './peer-matrix';
import type { Results } from './results';

/** The rows of the README's table of costs: the work, its floor, and the keys of its budgets. Works with the same floor share a row. */
const rows: readonly (readonly [work: string, floor: string, ...budgets: string[]])[] = [
  ['`trySend`, 1,000 actors', '`map.get` + `Subject.next`', 'trySend / map + Subject.next'],
  ['the same', '`map.get` + a direct call', 'trySend / map + direct call'],
  ['the same', "eventemitter3's `emit`", 'trySend / eventemitter3'],
  ['`trySend`, 100,000 actors at random', '`map.get` + `Subject.next`', 'trySend among 100,000 / map + Subject.next'],
  ['`send().subscribe()`', 'a cold `Observable`', 'send / Observable'],
  ['`await firstValueFrom(send())`', 'the same of that `Observable`', 'firstValueFrom(send) / firstValueFrom(Observable)'],
  [
    'the same, reply by a promise; 1,000 at once',
    'the same of `from(promise).pipe(timeout(5000))`',
    'firstValueFrom(send), promise / from(promise) with timeout',
    'firstValueFrom(send), promise, 1,000 at once / from(promise) with timeout',
  ],
  ['`tryBroadcast` to 10, to 100', '`Subject.next` to as many', 'tryBroadcast to 10 / Subject.next', 'tryBroadcast to 100 / Subject.next'],
  ['`publish` to 10', '`Subject.next` to as many', 'publish to 10 / Subject.next'],
  [
    'refusal: unknown actor, full mailbox',
    '`map.get` + `Subject.next`',
    'refusal, unknown actor / map + Subject.next',
    'refusal, full mailbox / map + Subject.next',
  ],
  ['a priority', 'normal', 'priority / normal'],
  ['drain of 1,000,000 messages', 'an idle `trySend`', 'drain / trySend'],
  ['`boundedConcatMap`', '`concatMap`', 'boundedConcatMap / concatMap'],
  ['memory of an idle actor', 'a `Subject` with a subscriber', 'idle actor / Subject with a subscriber'],
  ['memory of an open request', '`NEVER.pipe(timeout(5000))`', 'open ask / NEVER with timeout'],
  ['routing entry, queued message', '–', 'routing entry, bytes', 'queued message, bytes'],
  ['broker, `Mailbox`, an operator (gzip)', '–', 'broker, bytes', 'Mailbox alone, bytes', 'one operator alone, bytes'],
];

const bundled = 'Bundle';

/** The README's text about a whole run: the machine, and the table of costs. */
export function costNumbers(results: Results): string {
  return [...whereMeasured(results), '', ...costs(results)].join('\n');
}

/** The page's text about the peers in a whole run. */
export function peerNumbers(results: Results): string {
  return [...whereMeasured(results), '', ...peers(results)].join('\n');
}

function whereMeasured({ date, machine }: Results): string[] {
  const { cpu, cores, node, packages } = machine;
  return [`Measured on ${date}: ${cpu}, ${cores} cores, Node ${node}, rxjs ${packages.rxjs ?? ''}.`];
}

function costs({ parts }: Results): string[] {
  const measured = new Map<string, Measure>();
  for (const measure of parts.flatMap(({ measures }) => measures)) {
    const { budget } = measure;
    // If several rows have one budget, the largest figure is shown.
    if (budget !== undefined && !(figureOf(measured.get(budget)) >= figureOf(measure))) measured.set(budget, measure);
  }
  const sizes = new Set(parts.filter(({ title }) => title === bundled).flatMap(({ measures }) => measures));
  const lines = rows.map(([work, floor, ...keys]) => {
    const all = keys.map((key) => [measured.get(key), budgets[key]] as const);
    const cells = all.map(([measure, budget]) => format(measure, figureOf(measure), budget, sizes));
    const limits = [...new Set(all.map(([measure, budget]) => formatLimit(measure, budget, sizes)))];
    return `| ${work} | ${floor} | ${cells.join(', ')} | ${limits.join(', ')} |`;
  });
  return ['| work | beside | measured | budget |', '|---|---|---|---|', ...lines];
}

const figureOf = (measure: Measure | undefined): number => measure?.ratio ?? measure?.value ?? NaN;

/** The text of a figure. A figure over its budget is bold. */
function format(measure: Measure | undefined, figure: number, budget: Budget | undefined, sizes: ReadonlySet<Measure>): string {
  if (measure === undefined) return 'not measured';
  const text = formatFigure(measure, figure, sizes);
  return budget !== undefined && figure > budget.atMost ? `**${text}**` : text;
}

const formatLimit = (measure: Measure | undefined, budget: Budget | undefined, sizes: ReadonlySet<Measure>): string =>
  measure === undefined || budget === undefined ? '–' : formatFigure(measure, budget.atMost, sizes);

function formatFigure(measure: Measure, figure: number, sizes: ReadonlySet<Measure>): string {
  if (measure.ratio !== undefined) return `${String(Number(figure.toFixed(2)))} ×`;
  return sizes.has(measure) ? `${(figure / 1000).toFixed(1)} kB` : formatValue(figure, measure.unit);
}

/** The table of peers: a column for each work, a row for each peer. It shows our cost, and the other costs as multiples of ours. */
function peers(results: Results): string[] {
  const works = peerWorks(results);
  const names = [...new Set(works.flatMap((work) => work.peers.map(({ name }) => name)))];
  const lines = names.map((name) => {
    const ratios = works.map((work) => work.peers.find((peer) => peer.name === name)?.ratio);
    return `| ${name} | ${ratios.map((ratio) => (ratio === undefined ? '–' : times(ratio))).join(' | ')} |`;
  });
  const ours = works.map((work) => `**${formatValue(work.ours, work.unit)}**`);
  return [
    `| | ${works.map(({ work }) => work).join(' | ')} |`,
    `|---${'|---'.repeat(works.length)}|`,
    `| **rx-broker** | ${ours.join(' | ')} |`,
    ...lines,
  ];
}

/** A ratio to three significant digits, and above 100 as a whole number. */
const times = (ratio: number): string =>
  `${ratio < 10 ? ratio.toFixed(2) : ratio < 100 ? ratio.toFixed(1) : Math.round(ratio).toLocaleString('en')} ×`;
