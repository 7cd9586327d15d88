import { expect } from 'vitest';
import type { Law } from '../law';
import { type CreateMailbox, OVERFLOWS } from './mailbox-under-law';

/** The laws of "state first, then tell". */
export const TELLING_LAWS: readonly Law<CreateMailbox>[] = OVERFLOWS.flatMap((overflow): Law<CreateMailbox>[] => {
  const isEvicting = overflow === 'drop-oldest';
  return [
    {
      name: `${overflow}: an observer of losses$ finds the loss counted and the newcomer queued (D0)`,
      check(create) {
        const box = create({ capacity: 2, overflow });
        const seen: unknown[] = [];
        box.mailbox.losses$.subscribe(({ message }) => {
          const { size, accepted, lost } = box.mailbox.metrics();
          seen.push({ message, size, accepted, lost });
        });
        for (const message of [1, 2, 3]) box.offer(message);
        expect(seen).toEqual([{ message: isEvicting ? 1 : 3, size: 2, accepted: isEvicting ? 3 : 2, lost: 1 }]);
      },
    },
    {
      name: `${overflow}: a loss that an observer of losses$ causes is told when all have been told of the first one (D0)`,
      check(create) {
        const box = create({ capacity: 2, overflow });
        const told: string[] = [];
        box.mailbox.losses$.subscribe(({ message }) => {
          told.push(`first: ${message}`);
          if (told.length === 1) box.offer(4);
        });
        box.mailbox.losses$.subscribe(({ message }) => told.push(`second: ${message}`));
        for (const message of [1, 2, 3]) box.offer(message);
        const [one, other] = isEvicting ? [1, 2] : [3, 4];
        expect(told).toEqual([`first: ${one}`, `second: ${one}`, `first: ${other}`, `second: ${other}`]);
      },
    },
  ];
});
