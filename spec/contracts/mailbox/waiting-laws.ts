import { expect } from 'vitest';
import type { Law } from '../law';
import { type CreateMailbox, FAIRNESSES, PRIORITIES, finishAll } from './mailbox-under-law';

/** The laws of senders that wait for a place, with `overflow: 'block'`. */
export const WAITING_LAWS: readonly Law<CreateMailbox>[] = FAIRNESSES.flatMap((fairness): Law<CreateMailbox>[] => {
  const overflow = 'block' as const;
  return [
    {
      name: `block, ${fairness}: lets as many wait as its capacity, or maxWaiting, says (M2)`,
      check(create) {
        for (const [maxWaiting, places] of [[undefined, 2], [1, 1], [5, 5]] as const) {
          const box = create({ capacity: 2, overflow, fairness, ...(maxWaiting !== undefined && { maxWaiting }) });
          const asks = Array.from({ length: 2 + places + 1 }, (_, i) => box.ask(i + 1));
          expect(asks.map((ask) => ask.outcomes.length)).toEqual([...Array.from({ length: 2 + places }, () => 0), 1]);
          expect(asks.at(-1)!.outcomes).toEqual(['MailboxFull']);
          box.attach();
          finishAll(box);
          expect(box.handed).toEqual(Array.from({ length: 2 + places }, (_, i) => i + 1));
        }
      },
    },
    {
      name: `block, ${fairness}: gives a free place to the highest priority that waits, FIFO within one (M2)`,
      check(create) {
        const box = create({ capacity: 1, overflow, fairness, maxWaiting: 99 });
        box.attach();
        box.offer(0);
        box.offer(1);
        // Two rounds, so that each priority has an older and a younger message.
        [...PRIORITIES, ...PRIORITIES].forEach((priority, i) => box.ask(10 + i, priority));
        finishAll(box);
        expect(box.handed).toEqual([0, 1, 13, 17, 12, 16, 11, 15, 10, 14]);
      },
    },
    {
      name: `block, ${fairness}: lets no trySend overtake one who waits (M2)`,
      check(create) {
        const box = create({ capacity: 1, overflow, fairness });
        box.attach((message) => {
          // The place that this turn left belongs to the sender that waits.
          if (message === 2) expect(box.offer(9, 'critical')).toBe('MailboxFull');
        });
        box.offer(1);
        box.offer(2);
        box.ask(3, 'low');
        expect(box.offer(8, 'critical')).toBe('MailboxFull');
        finishAll(box);
        expect(box.handed).toEqual([1, 2, 3]);
        expect(box.losses.map(({ message }) => message)).toEqual([8, 9]);
      },
    },
    {
      name: `block, ${fairness}: one who waits and is cancelled is gone, and its place is the next one’s (M2, S3)`,
      check(create) {
        const box = create({ capacity: 1, overflow, fairness, maxWaiting: 2 });
        box.offer(1);
        const [first, second] = [box.ask(2), box.ask(3)];
        first.cancel();
        const third = box.ask(4);
        expect(box.ask(5).outcomes).toEqual(['MailboxFull']);
        box.attach();
        finishAll(box);
        expect(box.handed).toEqual([1, 3, 4]);
        expect([first, second, third].map((ask) => [...ask.outcomes])).toEqual([[], ['answered'], ['answered']]);
      },
    },
    {
      name: `block, ${fairness}: lets the next in when one that is queued is cancelled (M2, S3)`,
      check(create) {
        const box = create({ capacity: 1, overflow, fairness });
        const queued = box.ask(1);
        box.ask(2);
        queued.cancel();
        expect(box.mailbox.size).toBe(1);
        expect(box.offer(3)).toBe('MailboxFull');
        box.attach();
        finishAll(box);
        expect(box.handed).toEqual([2]);
      },
    },
    {
      name: `block, ${fairness}: closed, still serves those who wait (M2, M6)`,
      check(create) {
        const box = create({ capacity: 1, overflow, fairness });
        box.offer(1);
        const waiting = box.ask(2);
        box.mailbox.close();
        box.attach();
        finishAll(box);
        expect(box.handed).toEqual([1, 2]);
        expect(waiting.outcomes).toEqual(['answered']);
      },
    },
  ];
});
