import { actorId } from 'rx-broker';
import { describe, expect, it } from 'vitest';
import { LastPicks } from '../../src/routing/last-picks';
import { Rotation } from '../../src/routing/rotation';
import { targetsOf } from '../contracts/router-laws';

const nth = (n: number) => actorId(`a${n}`);

/** Which of `count` were picked one after the other, each among so many, and are still remembered: the first and the last, and how many. */
function remembered(lastPicks: LastPicks, count: number): readonly [first: number, last: number, count: number] {
  const known = Array.from({ length: count }, (_, n) => n).filter((n) => lastPicks.of(nth(n)) !== undefined);
  return [known[0] as number, known.at(-1) as number, known.length];
}

function pickAll(lastPicks: LastPicks, count: number, among: number): void {
  for (let n = 0; n < count; n++) lastPicks.pick(nth(n), among);
}

describe('LastPicks', () => {
  it.each([
    ['1,024', 1_024, 1],
    ['1,024', 1_024, 256],
    ['four for each target', 1_200, 300],
  ])('remembers its last picks, %s, and says when it has forgotten one (T2)', (_, bound, among) => {
    const lastPicks = new LastPicks();
    pickAll(lastPicks, bound, among);
    expect(lastPicks.hasForgotten).toBe(false);
    expect(remembered(lastPicks, bound)).toEqual([0, bound - 1, bound]);
    lastPicks.pick(nth(bound), among);
    expect(lastPicks.hasForgotten).toBe(true);
    expect(remembered(lastPicks, bound + 1)).toEqual([1, bound, bound]);
  });

  it('forgets all excess ids when it picks among fewer targets (T2)', () => {
    const lastPicks = new LastPicks();
    pickAll(lastPicks, 2_000, 500);
    lastPicks.pick(nth(2_000), 1);
    expect(remembered(lastPicks, 2_001)).toEqual([977, 2_000, 1_024]);
  });

  it('counts a pick that is repeated as the latest (T2)', () => {
    const lastPicks = new LastPicks();
    for (const n of [0, 1, 2, 0]) lastPicks.pick(nth(n), 3);
    expect(lastPicks.longestAgo(targetsOf('a0', 'a1', 'a2'))).toBe(1);
  });

  it('picks any target that it does not remember, once it has forgotten some (T2)', () => {
    const lastPicks = new LastPicks();
    pickAll(lastPicks, 1_025, 1);
    const targets = targetsOf('a1000', ...Array.from({ length: 9 }, (_, n) => `new${n}`));
    const chosen = Array.from({ length: 12 }, () => {
      const index = lastPicks.longestAgo(targets);
      lastPicks.pick(nth(0), 1);
      return index;
    });
    expect(chosen).toEqual([1, 3, 4, 7, 7, 2, 7, 6, 1, 5, 7, 5]);
  });
});

describe('Rotation', () => {
  it('is at the target after the last pick, round and round (T2)', () => {
    const [lastPicks, rotation, targets] = [new LastPicks(), new Rotation(), targetsOf('a0', 'a1', 'a2')];
    expect(rotation.next(targets, lastPicks)).toBeUndefined();
    const turns = [0, 1, 2, 0].map((index) => {
      lastPicks.pick(nth(index), 3);
      rotation.picked(index, targets, lastPicks);
      return rotation.next(targets, lastPicks);
    });
    expect(turns).toEqual([1, 2, 0, 1]);
  });

  it('knows nothing if the next target was picked for another topic (T2)', () => {
    const [lastPicks, rotation, targets] = [new LastPicks(), new Rotation(), targetsOf('a0', 'a1', 'a2')];
    lastPicks.pick(nth(0), 3);
    rotation.picked(0, targets, lastPicks);
    lastPicks.pick(nth(1), 1);
    expect(rotation.next(targets, lastPicks)).toBeUndefined();
  });

  it('does not count a forgotten target as never picked (T2)', () => {
    const [lastPicks, rotation, targets] = [new LastPicks(), new Rotation(), targetsOf('x', 'y')];
    lastPicks.pick(actorId('x'), 2);
    rotation.picked(0, targets, lastPicks);
    expect(rotation.next(targets, lastPicks)).toBe(1);
    pickAll(lastPicks, 1_025, 1);
    expect(rotation.next(targets, lastPicks)).toBeUndefined();
  });

  it('goes on from one that it knows, though others were forgotten (T2)', () => {
    const [lastPicks, rotation, targets] = [new LastPicks(), new Rotation(), targetsOf('a1', 'a2')];
    pickAll(lastPicks, 1_025, 1);
    lastPicks.pick(nth(1), 2);
    rotation.picked(0, targets, lastPicks);
    expect(rotation.next(targets, lastPicks)).toBe(1);
  });

  it('starts anew when a target has come (T2)', () => {
    const [lastPicks, rotation, targets] = [new LastPicks(), new Rotation(), [...targetsOf('a0', 'a1')]];
    for (const index of [0, 1]) {
      lastPicks.pick(nth(index), 2);
      if (index === 0) rotation.picked(index, targets, lastPicks);
    }
    targets.push(...targetsOf('a2'));
    expect(rotation.next(targets, lastPicks)).toBeUndefined();
    rotation.picked(1, targets, lastPicks);
    expect(rotation.next(targets, lastPicks)).toBe(2);
  });
});
