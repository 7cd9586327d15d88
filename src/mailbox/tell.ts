import { NORMAL_LANE } from '../message/lane';
import { aloneQueue } from './alone';
import type { MailboxCore } from './mailbox-core';
import { moveTo } from './mailbox-end';
import { offer } from './offer';
import { DETACHED } from './state/flags';

/** `next` of a mailbox; the slow way of `tellDirect`. */
export function tell(core: MailboxCore, message: unknown): void {
  // While it is being emptied it is gone, and not elsewhere yet.
  if (core.extras?.leaving !== true && (core.flags & DETACHED) !== 0) core.runQueue.dispatch.host?.leaveBehind(core);
  // Whoever was told of what that lost may have registered it.
  if ((core.flags & DETACHED) === 0 || core.extras?.leaving === true) {
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
