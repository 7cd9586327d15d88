import { type Observable, map, scan } from 'rxjs';
import { type LetterLine, letterLine } from '../letter-line';
import type { OrderDesk } from '../order-desk';

/** Dead letters of one second, of one reason. */
export interface LetterGroup extends Omit<LetterLine, 'id'> {
  readonly count: number;
}

const KEPT = 60;

/** The newest groups of dead letters, the newest first: a flood of letters moves the feed by a few lines a second. */
export function letterFeed({ letters$, openedAt }: Pick<OrderDesk, 'letters$' | 'openedAt'>): Observable<readonly LetterGroup[]> {
  return letters$.pipe(
    map((letter) => letterLine(letter, openedAt)),
    scan<LetterLine, readonly LetterGroup[]>((groups, letter) => {
      const index = groups.findIndex((group) => isAlike(group, letter));
      if (index < 0) return [{ ...letter, count: 1 }, ...groups].slice(0, KEPT);
      return groups.map((group, place) => (place === index ? { ...letter, at: group.at, count: group.count + 1 } : group));
    }, []),
  );
}

function isAlike(group: LetterGroup, letter: LetterLine): boolean {
  const isSameSecond = Math.floor(group.at / 1_000) === Math.floor(letter.at / 1_000);
  return isSameSecond && group.target === letter.target && group.reason === letter.reason && group.note === letter.note;
}
