import type { FailureCode, Overflow, Priority } from 'rx-broker';
import { expect } from 'vitest';
import type { Law } from '../law';
import { type CreateMailbox, FAIRNESSES, OVERFLOWS, PRIORITIES, finishAll } from './mailbox-under-law';

const rank = (priority: Priority): number => PRIORITIES.indexOf(priority);

/** The answer of a full mailbox to a newcomer: a code, if it is refused, or `evicts`, if a message of no higher priority goes for it. */
function verdict(overflow: Overflow, queued: Priority, newcomer: Priority): FailureCode | 'evicts' {
  if (overflow === 'drop-newest') return 'Dropped';
  if (overflow !== 'drop-oldest') return 'MailboxFull';
  return rank(newcomer) < rank(queued) ? 'Dropped' : 'evicts';
}

/** The laws of a full mailbox, for every strategy and both fairnesses. */
export const OVERFLOW_LAWS: readonly Law<CreateMailbox>[] = OVERFLOWS.flatMap((overflow) =>
  FAIRNESSES.flatMap((fairness): Law<CreateMailbox>[] => [
    {
      name: `${overflow}, ${fairness}: full of one priority, treats a newcomer of another as its strategy says (M2)`,
      check(create) {
        for (const queued of PRIORITIES) {
          for (const newcomer of PRIORITIES) {
            const box = create({ capacity: 2, overflow, fairness });
            box.offer(1, queued);
            box.offer(2, queued);
            const expected = verdict(overflow, queued, newcomer);
            const answer = box.offer(3, newcomer);
            const what = `${newcomer} comes to a queue of ${queued}`;
            if (expected === 'evicts') {
              expect(answer, what).toBeUndefined();
              expect(box.losses, what).toEqual([{ message: 1, code: 'Dropped' }]);
            } else {
              expect(answer, what).toBe(expected);
              expect(box.losses, what).toEqual([{ message: 3, code: expected }]);
            }
            expect(box.mailbox.size, what).toBe(2);
            box.attach();
            finishAll(box);
            expect([...box.handed].sort(), what).toEqual(expected === 'evicts' ? [2, 3] : [1, 2]);
          }
        }
      },
    },
    {
      name: `${overflow}, ${fairness}: full of all priorities, loses the right ones (M2)`,
      check(create) {
        const box = create({ capacity: 4, overflow, fairness });
        PRIORITIES.forEach((priority, i) => box.offer(i + 1, priority));
        box.offer(5, 'normal');
        box.offer(6, 'normal');
        box.offer(7, 'low');
        const code = overflow === 'drop-newest' || overflow === 'drop-oldest' ? 'Dropped' : 'MailboxFull';
        // First the oldest low message goes, then the oldest normal one, then the newcomer itself, since all others outrank it.
        const lost = overflow === 'drop-oldest' ? [1, 2, 7] : [5, 6, 7];
        expect(box.losses).toEqual(lost.map((message) => ({ message, code })));
        box.attach();
        finishAll(box);
        expect([...box.handed].sort()).toEqual(overflow === 'drop-oldest' ? [3, 4, 5, 6] : [1, 2, 3, 4]);
      },
    },
    {
      name: `${overflow}, ${fairness}: tells every loss once, to its sender or its caller and to losses$ (M2)`,
      check(create) {
        const box = create({ capacity: 1, overflow, fairness, maxWaiting: 1 });
        const first = box.ask(1);
        const second = box.ask(2);
        const third = box.ask(3);
        const refused = box.offer(4);
        const outcomes = [first, second, third].map((ask) => [...ask.outcomes]);
        const lost = box.losses.map(({ message }) => message);
        if (overflow === 'drop-oldest') {
          expect(outcomes).toEqual([['Dropped'], ['Dropped'], ['Dropped']]);
          expect(refused).toBeUndefined();
          expect(lost).toEqual([1, 2, 3]);
        } else if (overflow === 'block') {
          expect(outcomes).toEqual([[], [], ['MailboxFull']]);
          expect(refused).toBe('MailboxFull');
          expect(lost).toEqual([3, 4]);
        } else {
          const code = overflow === 'fail' ? 'MailboxFull' : 'Dropped';
          expect(outcomes).toEqual([[], [code], [code]]);
          expect(refused).toBe(code);
          expect(lost).toEqual([2, 3, 4]);
        }
        box.attach();
        finishAll(box);
        expect(box.handed.length + box.losses.length).toBe(4);
        for (const ask of [first, second, third]) expect(ask.outcomes).toHaveLength(1);
      },
    },
    {
      name: `${overflow}, ${fairness}: has a place free as soon as one is cancelled (M2, S3)`,
      check(create) {
        const box = create({ capacity: 2, overflow, fairness });
        const cancelled = box.ask(1);
        box.offer(2);
        cancelled.cancel();
        expect(box.mailbox.size).toBe(1);
        expect(box.offer(3)).toBeUndefined();
        expect(box.losses).toEqual([]);
        box.attach();
        finishAll(box);
        expect(box.handed).toEqual([2, 3]);
        expect(cancelled.outcomes).toEqual([]);
      },
    },
    {
      name: `${overflow}, ${fairness}: counts what is cancelled no more when it makes room (M2, S3)`,
      check(create) {
        const box = create({ capacity: 3, overflow, fairness });
        const asks = [1, 2, 3].map((message) => box.ask(message));
        asks[0]!.cancel();
        asks[1]!.cancel();
        box.offer(4);
        box.offer(5);
        expect(box.losses).toEqual([]);
        box.offer(6);
        const isEvicting = overflow === 'drop-oldest';
        expect(box.losses.map(({ message }) => message)).toEqual([isEvicting ? 3 : 6]);
        box.attach();
        finishAll(box);
        expect(box.handed).toEqual(isEvicting ? [4, 5, 6] : [3, 4, 5]);
      },
    },
  ]),
);
