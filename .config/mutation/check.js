import { readFileSync } from 'node:fs';

/**
 * Compares the report of a run with what is argued in `equivalent.json`, beside it: the score of each folder, the survivors that
 * nobody has argued, and the arguments that no survivor needs any more.
 *
 * An argument is one line: why its mutants change nothing that anyone can see, and of each file the lines, or parts of lines, with what
 * the mutants put there. Mutants are known by their text, not by their line number, so that an edit elsewhere leaves an argument alone.
 * What Stryker is told to ignore counts as an argument, too: one for each reason.
 *
 * Without an argument it reads the last report; reports of one folder each may be named instead.
 */
const LEAST = 90;
const MOST_ARGUMENTS = 80;
const FOLDERS = ['kernel', 'mailbox', 'buffer', 'broker', 'routing'];
const reports = process.argv.length > 2 ? process.argv.slice(2) : ['.reports/mutation/mutation.json'];
const files = Object.assign({}, ...reports.map((report) => JSON.parse(readFileSync(report, 'utf8')).files));
const argued = JSON.parse(readFileSync('.config/mutation/equivalent.json', 'utf8'));

/** One for each mutant that an argument names. */
const claims = argued.flatMap(({ mutants }) =>
  Object.entries(mutants).flatMap(([file, lines]) =>
    Object.entries(lines).flatMap(([part, replacements]) => replacements.map((becomes) => ({ file: `src/${file}`, part, becomes, isNeeded: false }))),
  ),
);
const ignored = new Set();
const unargued = [];
const scores = new Map(FOLDERS.map((folder) => [folder, { killed: 0, total: 0, equivalent: 0 }]));

for (const [file, { source, mutants }] of Object.entries(files)) {
  const score = scores.get(file.split('/')[1]);
  if (score === undefined) continue;
  for (const mutant of mutants) {
    const { status, statusReason } = mutant;
    if (status === 'Ignored') ignored.add(statusReason);
    const isKilled = status === 'Killed' || status === 'Timeout';
    if (!isKilled && status !== 'Survived' && status !== 'NoCoverage') continue;
    score.total++;
    if (isKilled) score.killed++;
    else judge(score, file, source, mutant);
  }
}

function judge(score, file, source, { location: { start, end }, replacement }) {
  const lines = source.split('\n').slice(start.line - 1, end.line);
  const [line] = lines;
  const was = lines.length === 1 ? line.slice(start.column - 1, end.column - 1) : `${line.slice(start.column - 1)}…`;
  const becomes = replacement.replace(/\s+/g, ' ');
  const fitting = claims.filter((claim) => claim.file === file && line.includes(claim.part) && claim.becomes === becomes);
  for (const claim of fitting) claim.isNeeded = true;
  if (fitting.length > 0) score.equivalent++;
  else unargued.push(`  ${file}:${start.line}  ${line.trim()}\n    ${was}  ->  ${becomes}`);
}

const complaints = [];
for (const [folder, { killed, total, equivalent }] of scores) {
  const percent = total === 0 ? 0 : Math.floor((1_000 * killed) / total) / 10;
  console.log(`${folder.padEnd(8)} ${percent.toFixed(1)} %  ${killed} of ${total} killed, ${equivalent} survive and are equivalent, ${total - killed - equivalent} survive`);
  if (percent < LEAST) complaints.push(`Less than ${LEAST} % of the mutants in src/${folder} are killed.`);
}
const count = argued.length + ignored.size;
console.log(`${count} arguments, ${ignored.size} of them for what Stryker ignores`);
if (count > MOST_ARGUMENTS) complaints.push(`More than ${MOST_ARGUMENTS} arguments: kill some with a spec, or make the code simpler.`);
if (unargued.length > 0) {
  console.log(`\nSurvivors without an argument in equivalent.json: ${unargued.length}\n${unargued.join('\n')}`);
  complaints.push('A survivor stays only if it is equivalent: kill it with a spec, or argue it in .config/mutation/equivalent.json.');
}
const stale = claims.filter(({ isNeeded }) => !isNeeded);
if (stale.length > 0) console.log(`\nIn equivalent.json, and no survivor needs it any more: ${stale.length}`);
for (const { file, part, becomes } of stale) console.log(`  ${file}  ${part}  ->  ${becomes}`);
if (complaints.length > 0) {
  console.error(`\n${complaints.join('\n')}`);
  process.exitCode = 1;
}
