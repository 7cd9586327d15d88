import { Subject } from 'rxjs';
import type { BoundedBuffer } from '../buffer/bounded-buffer';
import type { FailureCode } from '../failure/failure-code';
import type { MessageRecord } from './turn/message-record';

/** A mailbox's rare parts: made when the first is needed, so that an idle actor stays small. */
export class MailboxExtras {
  lost = 0;
  /** Messages that had been queued and left some other way than to the consumer. */
  removed = 0;
  /** Senders that wait for a place. */
  waiting: BoundedBuffer<undefined, MessageRecord> | undefined = undefined;
  pressure: Subject<number> | undefined = undefined;
  losses: Subject<{ message: unknown; code: FailureCode }> | undefined = undefined;
  /** Says only that the mailbox is closed and empty. */
  drained: Subject<void> | undefined = undefined;
  /** Closed, empty and at rest for good. */
  ended = false;
  /** It is being emptied: until that is done nobody may register it again. */
  leaving = false;
  /** Why it was closed. */
  stopReason: unknown = undefined;
  /** Before this no queued message expires behind one that does not: `Infinity` where none has a ttl of its own. */
  expiresFrom: number = Infinity;

  /** Whether what comes in or goes out concerns more than the queue. */
  get isLookedAt(): boolean {
    return this.expiresFrom !== Infinity || this.waiting !== undefined || this.pressure !== undefined;
  }

  /** One of its streams, made now if need be. All complete when the mailbox is closed and everything in it is over. */
  stream(name: 'pressure' | 'losses' | 'drained'): Subject<any> {
    const stream = (this[name] ??= new Subject<any>());
    if (this.ended) stream.complete();
    return stream;
  }
}
