import { expect } from 'vitest';
import type { Law } from '../law';
import { type CreateMailbox, type MailboxUnderLaw, OVERFLOWS, finishAll } from './mailbox-under-law';

/** The values of `idle$` from now on, and `'end'`. */
function idleOf(box: MailboxUnderLaw): unknown[] {
  const seen: unknown[] = [];
  box.mailbox.idle$.subscribe({ next: (isIdle) => seen.push(isIdle), complete: () => seen.push('end') });
  return seen;
}

/** The laws of `idle$`. */
export const IDLE_LAWS: readonly Law<CreateMailbox>[] = OVERFLOWS.flatMap((overflow): Law<CreateMailbox>[] => [
  {
    name: `${overflow}: idle$ tells at once whether it is idle, then each change and no other value: of what is queued, and of what runs (M6)`,
    check(create) {
      const box = create({ capacity: 5, overflow, concurrency: 2 });
      const seen = idleOf(box);
      for (const message of [1, 2, 3]) box.offer(message);
      expect(seen).toEqual([true, false]);
      expect(idleOf(box)).toEqual([false]);
      box.attach();
      box.finish();
      box.finish();
      expect(seen).toEqual([true, false]);
      box.finish();
      expect(seen).toEqual([true, false, true]);
      box.offer(4);
      box.finish();
      expect(seen).toEqual([true, false, true, false, true]);
    },
  },
  {
    name: `${overflow}: idle$ is false while it is paused with something queued, and true when that is cleared or cancelled (M6)`,
    check(create) {
      const box = create({ capacity: 5, overflow });
      box.attach();
      const seen = idleOf(box);
      box.mailbox.pause();
      expect(seen).toEqual([true]);
      box.offer(1);
      box.mailbox.clear();
      expect(seen).toEqual([true, false, true]);
      const ask = box.ask(2);
      ask.cancel();
      expect(seen).toEqual([true, false, true, false, true]);
      box.mailbox.resume();
      expect(seen).toEqual([true, false, true, false, true]);
    },
  },
  {
    name: `${overflow}: idle$ ends when it is closed and drained, and is true for who comes later (M6)`,
    check(create) {
      const box = create({ capacity: 5, overflow });
      const seen = idleOf(box);
      for (const message of [1, 2]) box.offer(message);
      box.mailbox.close();
      expect(seen).toEqual([true, false]);
      box.attach();
      finishAll(box);
      expect(seen).toEqual([true, false, true, 'end']);
      expect(idleOf(box)).toEqual([true, 'end']);
    },
  },
  {
    name: `${overflow}: an observer of idle$ finds the mailbox as it is told, and what it sends then is told after all have been told (D0)`,
    check(create) {
      const box = create({ capacity: 5, overflow });
      box.attach();
      const told: string[] = [];
      for (const observer of ['first', 'second']) {
        box.mailbox.idle$.subscribe((isIdle) => {
          const { size, inFlight } = box.mailbox.metrics();
          told.push(`${observer}: ${isIdle}, ${size + inFlight} there`);
          if (isIdle && told.length === 5) box.offer(2);
        });
      }
      box.offer(1);
      box.finish();
      box.finish();
      expect(told.slice(2)).toEqual([
        ...['first: false, 1 there', 'second: false, 1 there', 'first: true, 0 there', 'second: true, 1 there'],
        ...['first: false, 1 there', 'second: false, 1 there', 'first: true, 0 there', 'second: true, 0 there'],
      ]);
    },
  },
]);
