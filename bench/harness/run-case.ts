import { fork } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import type { CaseReport } from './case-process';
import type { Effort } from './effort';
import type { Measure } from './measure';

export interface CaseName {
  readonly part: string;
  readonly case: string;
}

/** Runs a case in a process of its own. Rejects with the error that the case threw, or when its process ends without an answer. */
export function runCase(name: CaseName, effort: Effort, onProgress: (text: string) => void): Promise<readonly Measure[]> {
  return new Promise((resolve, reject) => {
    const script = fileURLToPath(new URL('./case-process.ts', import.meta.url));
    const child = fork(script, [name.part, name.case, effort], { execArgv: ['--expose-gc', '--import', 'tsx'] });
    child.on('message', (report: CaseReport) => {
      if ('progress' in report) onProgress(report.progress);
      else if ('measures' in report) resolve(report.measures);
      else reject(new Error(`${name.part}/${name.case}: ${report.error}`));
    });
    child.on('error', reject);
    // After an answer this does nothing, since a promise settles once.
    child.on('exit', (code) => reject(new Error(`${name.part}/${name.case} ended with ${String(code)} and no answer.`)));
  });
}
