import type { Listener } from './listener';
import type { ModelDispatcher } from './model-dispatcher';
import type { ModelMailbox } from './model-mailbox';

/** Observes the losses and the pressure of a mailbox. The pressure is told at once, then each value that differs from the last. */
export function follow(mailbox: ModelMailbox, losses: Listener, pressure: Listener, dispatcher: ModelDispatcher): void {
  // A mailbox that has left its broker has its own outbox.
  const tell = (work: () => void): void => {
    if (mailbox.id === undefined) work();
    else dispatcher.step(work);
  };
  if (mailbox.isEnded) tell(() => losses.complete());
  else mailbox.losses.add(losses);
  const { isEnded } = mailbox;
  let last = `${mailbox.level}`;
  if (!isEnded) {
    mailbox.pressure.add({
      get closed() {
        return pressure.closed;
      },
      next: (level) => {
        if (level !== last) pressure.next((last = level));
      },
      complete: () => pressure.complete(),
    });
  }
  tell(() => {
    pressure.next(last);
    if (isEnded && !pressure.closed) pressure.complete();
  });
}
