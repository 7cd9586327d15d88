import { readFileSync } from 'node:fs';

/**
 * Compares the report of a run with what is argued in `equivalent.json`, beside it: the score of each folder, the survivors that
 * nobody has argued, and the arguments that no survivor needs any more. Mutants are known by their text, not by their line, so that
 * an edit elsewhere leaves an argument alone.
 */
const LEAST = 90;
const FOLDERS = ['kernel', 'mailbox', 'buffer', 'broker', 'routing'];
const [report = '.reports/mutation/mutation.json'] = process.argv.slice(2);
const { files } = JSON.parse(readFileSync(report, 'utf8'));
const argued = JSON.parse(readFileSync('.config/mutation/equivalent.json', 'utf8'));

const keyOf = ({ file, line, was, becomes }) => [file, line, was, becomes].join('\n');
const reasons = new Map(argued.map((entry) => [keyOf(entry), entry.because]));
const needed = new Set();
const unargued = [];
const scores = new Map(FOLDERS.map((folder) => [folder, { killed: 0, total: 0, equivalent: 0 }]));

for (const [file, { source, mutants }] of Object.entries(files)) {
  const score = scores.get(file.split('/')[1]);
  if (score === undefined) continue;
  for (const mutant of mutants) {
    const { status } = mutant;
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
  const entry = { file, line: line.trim(), was, becomes: replacement };
  const key = keyOf(entry);
  needed.add(key);
  if (reasons.has(key)) score.equivalent++;
  else unargued.push({ ...entry, at: `${file}:${start.line}` });
}

let isEnough = true;
for (const [folder, { killed, total, equivalent }] of scores) {
  const percent = total === 0 ? 0 : Math.floor((1_000 * killed) / total) / 10;
  isEnough &&= percent >= LEAST;
  console.log(`${folder.padEnd(8)} ${percent.toFixed(1)} %  ${killed} of ${total} killed, ${equivalent} survive and are equivalent, ${total - killed - equivalent} survive`);
}
if (unargued.length > 0) console.log(`\nSurvivors without an argument in equivalent.json: ${unargued.length}`);
for (const { at, line, was, becomes } of unargued) console.log(`  ${at}  ${line}\n    ${was}  ->  ${becomes}`);
const stale = argued.filter((entry) => !needed.has(keyOf(entry)));
if (stale.length > 0) console.log(`\nEntries of equivalent.json that no survivor needs: ${stale.length}`);
for (const { file, line, was, becomes } of stale) console.log(`  ${file}  ${line}\n    ${was}  ->  ${becomes}`);
const complaints = [];
if (!isEnough) complaints.push(`Less than ${LEAST} % of the mutants are killed.`);
if (unargued.length > 0) complaints.push('A survivor stays only if it is equivalent: kill it with a spec, or argue it in .config/mutation/equivalent.json.');
if (complaints.length > 0) {
  console.error(`\n${complaints.join('\n')}`);
  process.exitCode = 1;
}
