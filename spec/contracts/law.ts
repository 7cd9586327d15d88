import { it } from 'vitest';

/** A rule that every implementation keeps. `check` throws or rejects if one does not. */
export interface Law<Subject> {
  readonly name: string;
  check(subject: Subject): void | Promise<void>;
}

/** Makes a test of each law, for one subject. */
export function registerLaws<Subject>(name: string, laws: readonly Law<Subject>[], subject: Subject): void {
  for (const law of laws) it(`${name}: ${law.name}`, () => law.check(subject));
}

/** Whether a subject breaks a law. For the specs that show that a suite can fail. */
export async function breaks<Subject>(subject: Subject, law: Law<Subject>): Promise<boolean> {
  try {
    await law.check(subject);
    return false;
  } catch {
    return true;
  }
}

/** The names of the laws that `subject` breaks. */
export async function brokenLaws<Subject>(laws: readonly Law<Subject>[], subject: Subject): Promise<string[]> {
  const broken: string[] = [];
  for (const law of laws) if (await breaks(subject, law)) broken.push(law.name);
  return broken;
}
