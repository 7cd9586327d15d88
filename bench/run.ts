import logUpdate from 'log-update';
import pc from 'picocolors';
import prettyMs from 'pretty-ms';
import type { Effort } from './harness/effort';
import { machine } from './harness/machine';
import { runPart, type PartResult } from './harness/run-part';
import { formatTable } from './harness/table';
import { parts } from './parts';
import { chartOf } from './report/chart';
import { resultsOf, writeResults } from './report/results';

const wanted = process.argv.slice(2).filter((argument) => !argument.startsWith('--'));
const effort: Effort = process.argv.includes('--short') ? 'short' : 'full';

const unknown = wanted.filter((name) => parts[name] === undefined);
if (unknown.length > 0) {
  console.error(`There is no part ${unknown.join(', ')}. The parts: ${Object.keys(parts).join(', ')}. Options: --short.`);
  process.exit(2);
}

const names = wanted.length > 0 ? wanted : Object.keys(parts);
const on = machine();
console.log(pc.dim(`${on.cpu}, ${String(on.cores)} cores, Node ${on.node}, rxjs ${on.packages.rxjs ?? ''}`));
const started = performance.now();
const done: PartResult[] = [];
for (const name of names) {
  const result = await runPart(name, effort, (text) => {
    if (process.stdout.isTTY) logUpdate(pc.dim(text));
  });
  if (process.stdout.isTTY) logUpdate.clear();
  console.log(`\n${pc.bold(result.title)}  ${pc.dim(result.about)}`);
  console.log(formatTable(result.measures));
  for (const failure of result.failures) console.log(pc.red(failure));
  done.push(result);
}
console.log(pc.dim(`\n${prettyMs(performance.now() - started)} in all`));
if (done.some(({ failures }) => failures.length > 0)) process.exitCode = 1;
// A part, or short rounds, are for looking at; only a whole run is a result.
else if (wanted.length === 0 && effort === 'full') {
  const results = resultsOf(on, done);
  await writeResults(results, chartOf(results));
}
