import { expect, it } from 'vitest';
import { type Law, breaks, brokenLaws } from '../law';

/** An implementation that does one thing wrong. */
export interface Flaw<Subject> {
  /** What it does wrong, after "one that". */
  readonly flaw: string;
  /** Parts of the names of laws. For each part it breaks at least one law whose name has this part. */
  readonly breaks: readonly string[];
  readonly subject: Subject;
}

/** Shows that a suite can fail: its laws find each flaw, and each law is broken by some flaw. */
export function lawsFindFlaws<Subject>(laws: readonly Law<Subject>[], flaws: readonly Flaw<Subject>[]): void {
  for (const { flaw, breaks: fragments, subject } of flaws) {
    it(`find one that ${flaw}`, async () => {
      for (const fragment of fragments) {
        const meant = laws.filter(({ name }) => name.includes(fragment));
        expect(await brokenLaws(meant, subject), `broken laws of those with '${fragment}'`).not.toEqual([]);
      }
    });
  }
  for (const law of laws) {
    it(`can fail: ${law.name}`, async () => {
      const isMeant = (flaw: Flaw<Subject>): number => (flaw.breaks.some((fragment) => law.name.includes(fragment)) ? 0 : 1);
      // The flaws that are meant to break this law are tried first.
      for (const { subject } of [...flaws].sort((a, b) => isMeant(a) - isMeant(b))) if (await breaks(subject, law)) return;
      expect.fail('no flaw breaks it');
    });
  }
}
