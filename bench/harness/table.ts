import Table from 'cli-table3';
import pc from 'picocolors';
import prettyBytes from 'pretty-bytes';
import { verdictOn } from './budgets';
import type { Measure, Unit } from './measure';

/** A value with its unit, to three digits. */
export function formatValue(value: number | undefined, unit: Unit): string {
  if (value === undefined) return 'not supported';
  switch (unit) {
    case 'ns':
      return value < 1000 ? `${digits(value)} ns` : value < 1e6 ? `${digits(value / 1e3)} µs` : `${digits(value / 1e6)} ms`;
    case 'bytes':
      return prettyBytes(Math.round(value), { maximumFractionDigits: 1 });
    case 'per second':
      return value < 1e6 ? `${digits(value / 1e3)} k/s` : `${digits(value / 1e6)} M/s`;
    case 'ratio':
      return '';
  }
}

/** The table of a part. With one subject it has a row for each work. With several it has a row for each subject, and a column for each work. */
export function formatTable(measures: readonly Measure[]): string {
  const subjects = [...new Set(measures.map(({ subject }) => subject))];
  return subjects.length > 1 ? bySubject(measures, subjects) : byWork(measures);
}

function byWork(measures: readonly Measure[]): string {
  const has = (key: keyof Measure): boolean => measures.some((measure) => measure[key] !== undefined);
  const columns: [string, (measure: Measure) => string][] = [
    ['work', ({ work }) => work],
    ['rx-broker', ({ value, unit }) => formatValue(value, unit)],
  ];
  if (has('floor')) columns.push(['floor', ({ floor, unit }) => (floor ? `${formatValue(floor.value, unit)} ${pc.dim(floor.name)}` : '')]);
  if (has('stated')) columns.push(['stated', ({ stated, unit }) => (stated === undefined ? '' : formatValue(stated, unit))]);
  if (has('rerun')) columns.push(['run beside', ({ rerun, unit }) => (rerun === undefined ? '' : formatValue(rerun, unit))]);
  if (has('ratio')) columns.push(['ratio', formatRatio]);
  if (has('budget')) columns.push(['budget', formatVerdict]);
  if (has('note')) columns.push(['', ({ note }) => pc.dim(note ?? '')]);
  const table = new Table({ head: columns.map(([head]) => pc.bold(head)), style: { head: [], border: [] } });
  for (const measure of measures) table.push(columns.map(([, cell]) => cell(measure)));
  return table.toString();
}

function bySubject(measures: readonly Measure[], subjects: readonly string[]): string {
  const works = [...new Set(measures.map(({ work }) => work))];
  const table = new Table({ head: ['', ...works.map((work) => pc.bold(work))], style: { head: [], border: [] } });
  for (const subject of subjects) {
    const cells = works.map((work) => {
      const measure = measures.find((other) => other.work === work && other.subject === subject);
      if (measure === undefined) return '';
      const { value, unit, ratio } = measure;
      return value === undefined ? pc.dim('not supported') : `${formatValue(value, unit)}${ratio === undefined ? '' : pc.dim(` (${digits(ratio)})`)}`;
    });
    table.push([subject, ...cells]);
  }
  const notes = measures.filter(({ note }) => note !== undefined).map(({ subject, work, note }) => pc.dim(`${subject}, ${work}: ${note!}`));
  return [table.toString(), ...notes].join('\n');
}

const formatRatio = ({ ratio, noise }: Measure): string =>
  ratio === undefined ? '' : `${ratio.toFixed(2)} × ${pc.dim(`± ${(noise ?? 0).toFixed(2)}`)}`;

function formatVerdict(measure: Measure): string {
  const verdict = verdictOn(measure);
  if (verdict === undefined) return '';
  const format = (limit: number): string => (measure.ratio === undefined ? formatValue(limit, measure.unit) : `${String(limit)} ×`);
  const { atMost, held } = verdict.budget;
  const text = held === undefined ? format(atMost) : `${format(atMost)}, held at ${format(held)}`;
  return verdict.isExceeded ? pc.red(`over ${text}`) : verdict.isMet ? pc.green(format(atMost)) : pc.yellow(`about ${text}`);
}

/** A number to three significant digits. */
const digits = (value: number): string => (value >= 100 ? value.toFixed(0) : value >= 10 ? value.toFixed(1) : value.toFixed(2));
