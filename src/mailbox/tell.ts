import { aloneQueue } from './alone';
import { NORMAL_LANE } from '../message/lane';
import { DETACHED } from './flags';
import type { MailboxCore } from './mailbox-core';
import { moveTo } from './mailbox-end';
import { offer } from './offer';

/** `next` of a mailbox; the slow way of `tellDirect`. */
export function tell(core: MailboxCore, message: unknown): void {
  if ((core.flags & DETACHED) === 0) {
    offer(core.runQueue.dispatch, core, core.id, message, NORMAL_LANE, false);
    return;
  }
  moveTo(core, aloneQueue(core.settings.dispatcher));
  const { dispatch } = core.runQueue;
  dispatch.within(() => {
    // It may have something queued already.
    core.wake();
    offer(dispatch, core, core.id, message, NORMAL_LANE, false);
  });
}
