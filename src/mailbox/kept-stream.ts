import type { Observable } from 'rxjs';
import type { MailboxCore } from '../kernel/mailbox-core';

type StreamOf<T> = (core: MailboxCore) => Observable<T>;

/**
 * Lets `make` make the stream of each mailbox once, since an `async` pipe subscribes again when it reads another stream. The streams are kept
 * in a map of their own, since few mailboxes have any.
 */
export function keptStream<T>(make: StreamOf<T>): StreamOf<T> {
  const streams = new WeakMap<MailboxCore, Observable<T>>();
  return (core) => {
    let stream = streams.get(core);
    if (stream === undefined) streams.set(core, (stream = make(core)));
    return stream;
  };
}
