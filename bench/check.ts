import pc from 'picocolors';
import prettyMs from 'pretty-ms';
import { budgets, verdictOn } from './harness/budgets';
import type { Measure } from './harness/measure';
import { runCase, type CaseName } from './harness/run-case';
import { median, noiseOf } from './harness/statistics';
import { formatTable } from './harness/table';
import { serverPath } from '../spec/transports/nats/server-path';
import { parts } from './parts';

/** The parts that have budgets. The other parts compare with peers, and show growth. */
const checked = ['send', 'request', 'broadcast', 'failure', 'queue', 'operators', 'memory', 'bundle', 'ports'];
if (serverPath === undefined) console.warn('nats: skipped, there is no NATS server. bash .ci/nats-server.sh fetches one.');
else checked.push('nats');

/** A case with a row over its budget runs again, so many times in all: processes that compile the same code differently are noise, too. */
const attempts = 5;

const started = performance.now();
const rows: Measure[] = [];
const errors: string[] = [];
for (const part of checked) {
  const { title, cases } = await parts[part]!();
  console.log(pc.dim(title));
  for (const name of Object.keys(cases)) {
    try {
      rows.push(...(await settled({ part, case: name })));
    } catch (error) {
      errors.push(String(error));
    }
  }
}

console.log(formatTable(rows.filter(({ budget }) => budget !== undefined)));
const isSkipped = (budget: string): boolean => serverPath === undefined && budget.startsWith('NATS ');
const unmeasured = Object.keys(budgets).filter((budget) => !isSkipped(budget) && !rows.some((row) => row.budget === budget));
for (const budget of unmeasured) errors.push(`${budget} is in budgets.json, and no case measures it.`);
for (const error of errors) console.error(pc.red(error));
const exceeded = rows.filter((row) => verdictOn(row)?.isExceeded);
for (const { budget } of exceeded) console.error(pc.red(`${budget ?? ''} is over its budget by more than the noise.`));
console.log(pc.dim(`${String(rows.length)} figures in ${prettyMs(performance.now() - started)}`));
process.exitCode = exceeded.length + errors.length > 0 ? 1 : 0;

/** The rows of a case: those of one process if all are within their budgets, else the medians of three or five processes. */
async function settled(name: CaseName): Promise<readonly Measure[]> {
  const runs: (readonly Measure[])[] = [];
  for (let attempt = 0; attempt < attempts; attempt++) {
    runs.push(await runCase(name, 'short', () => undefined));
    const rows = runs[0]!.map((_, index) => combined(runs.map((run) => run[index]!)));
    if (attempt % 2 === 0 && !rows.some((row) => verdictOn(row)?.isExceeded)) return rows;
  }
  return runs[0]!.map((_, index) => combined(runs.map((run) => run[index]!)));
}

/** One row of several processes: the median of each figure. Its noise is that within a process or between them, whichever is larger. */
function combined(rows: readonly Measure[]): Measure {
  const first = rows[0]!;
  const ratios = rows.map(({ ratio }) => ratio ?? NaN);
  if (first.ratio === undefined) return { ...first, value: median(rows.map(({ value }) => value ?? NaN)) };
  const noise = Math.max(median(rows.map(({ noise }) => noise ?? 0)), noiseOf(ratios));
  return { ...first, value: median(rows.map(({ value }) => value ?? NaN)), ratio: median(ratios), noise };
}
