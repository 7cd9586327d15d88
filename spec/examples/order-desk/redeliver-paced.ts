import type { DeadLetter, DeadLetterQueue, Mailbox, Redelivery } from 'rx-broker';
import { type Observable, type SchedulerLike, concatMap, defer, map, takeWhile, timer } from 'rxjs';

/** Milliseconds between two rounds. */
const ROUND = 50;

export interface RedeliverPacedOptions {
  readonly which: (letter: DeadLetter) => boolean;
  /** The mailbox that the messages go to, as it is at each round. */
  readonly mailbox: () => Mailbox;
  readonly scheduler: SchedulerLike;
}

/**
 * Sends the messages of dead letters again, round by round, and in each round no more than fill half of the mailbox: the other half is for new
 * messages. Completes when no letter is left that there was at the begin. A message that fails again is not sent a third time.
 */
export function redeliverPaced(queue: DeadLetterQueue, { which, mailbox, scheduler }: RedeliverPacedOptions): Observable<Redelivery> {
  return defer(() => {
    const begin = scheduler.now();
    // What fails again comes back as a letter of a later time.
    const isDue = (letter: DeadLetter): boolean => !letter.asked && letter.at <= begin && which(letter);
    return timer(0, ROUND, scheduler).pipe(
      map(() => queue.letters().some(isDue)),
      takeWhile((isLeft) => isLeft),
      concatMap(() => {
        const { capacity, size } = mailbox();
        let places = capacity / 2 - size;
        return queue.redeliver((letter) => isDue(letter) && places-- > 0);
      }),
    );
  });
}
