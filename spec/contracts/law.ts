import { it } from 'vitest';

/** One thing that every implementation owes. `check` throws, or rejects, where one does not keep it. */
export interface Law<Subject> {
  readonly name: string;
  check(subject: Subject): void | Promise<void>;
}

/** Makes each law a test of its own, of what `subject` makes. */
export function registerLaws<Subject>(name: string, laws: readonly Law<Subject>[], subject: Subject): void {
  for (const law of laws) it(`${name}: ${law.name}`, () => law.check(subject));
}

/** Whether `subject` breaks a law, for the specs that show that a suite can fail. */
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
