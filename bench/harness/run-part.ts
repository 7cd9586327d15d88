import { parts } from '../parts';
import type { Effort } from './effort';
import type { Measure } from './measure';
import { runCase } from './run-case';

export interface PartResult {
  readonly name: string;
  readonly title: string;
  readonly about: string;
  readonly measures: readonly Measure[];
  /** The errors of the cases that threw. Such a case has no measures. */
  readonly failures: readonly string[];
}

/** Runs the cases of a part one after the other. */
export async function runPart(name: string, effort: Effort, onProgress: (text: string) => void): Promise<PartResult> {
  const { title, about, cases } = await parts[name]!();
  const measures: Measure[] = [];
  const failures: string[] = [];
  const names = Object.keys(cases);
  for (const [index, caseName] of names.entries()) {
    const place = `${title}, ${caseName} (${String(index + 1)} of ${String(names.length)})`;
    onProgress(place);
    try {
      measures.push(...(await runCase({ part: name, case: caseName }, effort, (text) => onProgress(`${place}: ${text}`))));
    } catch (error) {
      failures.push(String(error));
    }
  }
  return { name, title, about, measures, failures };
}
