// node count-tests.mjs FOLDER NAME...: adds up vitest's JSON reports and prints `N passed, N failed[, N skipped]`.
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

const [folder, ...names] = process.argv.slice(2);
const sum = { passed: 0, failed: 0, skipped: 0 };
for (const name of names) {
  let report;
  try {
    report = JSON.parse(readFileSync(join(folder, `${name}.json`), 'utf8'));
  } catch {
    console.log(`${name}: no report, counted as one failure`);
    sum.failed++;
    continue;
  }
  sum.passed += report.numPassedTests;
  sum.skipped += report.numPendingTests + report.numTodoTests;
  // A run can fail without a failed test: a file that did not load, an error outside of every test. NAME.failed says that it did.
  const unseen = existsSync(join(folder, `${name}.failed`)) ? Math.max(1, report.numFailedTestSuites) : 0;
  sum.failed += report.numFailedTests || unseen;
}
console.log(`${sum.passed} passed, ${sum.failed} failed${sum.skipped > 0 ? `, ${sum.skipped} skipped` : ''}`);
