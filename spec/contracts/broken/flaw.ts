import { expect, it } from 'vitest';
import { type Law, breaks, brokenLaws } from '../law';

/** Something that an implementation does wrong. */
export interface Flaw<Subject> {
  /** As in "one that …". */
  readonly flaw: string;
  /** A part of the name of each law that it breaks, or of several laws of which it breaks at least one. */
  readonly breaks: readonly string[];
  readonly subject: Subject;
}

/** Shows that a suite can fail: each flaw is found by the laws that are meant for it, and each law is broken by some flaw. */
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
      // Those that are meant to break it come first: the others are tried only if they do not.
      for (const { subject } of [...flaws].sort((a, b) => isMeant(a) - isMeant(b))) if (await breaks(subject, law)) return;
      expect.fail('no flaw breaks it');
    });
  }
}
