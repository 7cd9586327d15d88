import fc from 'fast-check';
import { TestScheduler } from 'rxjs/testing';
import { describe, expect, it } from 'vitest';
import { type Mark, marbleLines, timedMarks } from '../../src/testing/marble-line';

/** The marks that `TestScheduler.run` reads in a line. */
function marksIn(line: string): Mark[] {
  return new TestScheduler(() => undefined).run(() =>
    TestScheduler.parseMarbles(line, undefined, undefined, false, true).map(({ frame, notification }) => {
      if (notification.kind === 'N') return { frame, letter: notification.value as string };
      return { frame, letter: notification.kind === 'C' ? '|' : '#' };
    }),
  );
}

/** Digits and the letters of units stand for themselves, too, though a time is written with them. */
const letters = fc.constantFrom('a', 'B', '0', '9', 'm', 's', '.', 'Ä', '🙂');
/** A quiet stretch, then the letters of one frame. */
const cell = fc.tuple(fc.oneof(fc.nat(3), fc.nat(6_000)), fc.array(letters, { minLength: 1, maxLength: 4 }));
const row = fc.tuple(fc.array(cell, { maxLength: 5 }), fc.constantFrom('', '|', '#')).map(([cells, end]) => {
  let at = 0;
  const marks: Mark[] = [];
  const add = (frame: number, group: readonly string[]): void => {
    marks.push(...group.map((letter) => ({ frame, letter })));
    at = frame + (group.length === 1 ? 1 : group.length + 2);
  };
  for (const [quiet, group] of cells) add(at + quiet, group);
  if (end !== '') add(at, [end]);
  return marks;
});

describe('marbleLines', () => {
  it('draws what a test scheduler reads', () => {
    fc.assert(
      fc.property(fc.array(row, { minLength: 1, maxLength: 3 }), (rows) => {
        expect(marbleLines(rows)?.map(marksIn)).toEqual(rows);
      }),
      { numRuns: 1_000 },
    );
  });

  it('draws nothing that says something else', () => {
    const mark = fc.record({ frame: fc.nat(40), letter: letters });
    const anyMarks = fc.array(mark, { maxLength: 8 }).map((marks) => marks.sort((one, other) => one.frame - other.frame));
    fc.assert(
      fc.property(anyMarks, (marks) => {
        const [line] = marbleLines([marks]) ?? [];
        if (line !== undefined) expect(marksIn(line)).toEqual(marks);
      }),
    );
  });

  it('puts a frame in the same column of each line', () => {
    const single = fc.array(fc.nat(200), { minLength: 1 }).map((frames) => [...new Set(frames)].sort((one, other) => one - other));
    fc.assert(
      fc.property(single, single, (frames, others) => {
        const marks = (some: readonly number[]): Mark[] => some.map((frame) => ({ frame, letter: 'a' }));
        for (const frame of frames) {
          const [line, , pointer] = marbleLines([marks(frames), marks(others), [{ frame, letter: 'x' }]]) ?? [];
          expect(line?.[pointer?.indexOf('x') ?? -1]).toBe('a');
        }
      }),
    );
  });

  it.each<[string, string[]]>([
    ['ends its lines together', ['a-b----', 'a-----c']],
    ['but for one that has ended', ['a-b|', 'a-b----c']],
    ['writes a group', ['--(ab|)', '--a-----b']],
    ['writes a long quiet stretch as a time, where all lines are quiet', ['a--- 4996ms #', 'a-b- 4996ms -']],
    ['draws an empty line as long as the other', ['----', '---a']],
  ])('%s', (_what, lines) => {
    expect(marbleLines(lines.map(marksIn))).toEqual(lines);
  });

  it.each<[string, Mark[]]>([
    ['what comes right behind a group', [...marksIn('(ab)'), { frame: 1, letter: 'c' }]],
    ['a part of a frame', [{ frame: 0.5, letter: 'a' }]],
    ['what comes before time begins', [{ frame: -1, letter: 'a' }]],
  ])('cannot draw %s', (_what, marks) => {
    expect(marbleLines([marksIn('a'), marks])).toBeUndefined();
  });
});

describe('timedMarks', () => {
  it('says when each came', () => {
    expect(timedMarks([...marksIn('(ab)'), { frame: 1.5, letter: '|' }])).toBe('0ms (ab), 1.5ms |');
  });
});
