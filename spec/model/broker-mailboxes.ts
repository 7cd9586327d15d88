import { type ActorContext, type Loss, Mailbox } from 'rx-broker';
import type { Subscription } from 'rxjs';
import type { BrokerHandler } from './broker-handler';
import { errorText } from './broker-subscriber';
import type { MailboxSpec, Payload } from './command';
import type { Host } from './world';

/** A mailbox that was registered. */
export interface Registered {
  readonly number: number;
  readonly spec: MailboxSpec;
  readonly mailbox: Mailbox<Payload>;
  isConsumed: boolean;
  /** Known when `receive` has returned. Before that the consumer cannot leave. */
  consumer: Subscription | undefined;
}

/** Gives a mailbox its consumer. */
export function consume(registered: Registered, kind: MailboxSpec['consumer'], host: Host, handler: BrokerHandler, handle: (message: Payload, context: ActorContext) => unknown): void {
  const { mailbox, number, spec } = registered;
  if (kind === 'none') return;
  registered.isConsumed = true;
  const receive: (message: Payload, context: any) => unknown = handle;
  registered.consumer =
    kind === 'handler'
      ? mailbox.receive(receive)
      : mailbox.receive({
          receive,
          onStart: () => handler.start(number, spec.start),
          onStop: (reason) => host.tell('stop', `${number}: ${String(reason)}`),
        });
}

export function lossText({ message, code }: Loss<Payload>): string {
  return `${message.n}: ${code}`;
}

export function mailboxOf({ capacity, overflow, maxWaiting, concurrency, fairness, ttl, turnTimeout }: MailboxSpec): Mailbox<Payload> {
  return Mailbox.bounded<Payload>(capacity, {
    overflow,
    concurrency,
    fairness,
    ...(overflow === 'block' && { maxWaiting }),
    ...(ttl !== Infinity && { ttl }),
    ...(turnTimeout !== Infinity && { turnTimeout }),
  });
}

/** What a call without a result comes to. */
export function attempt(work: () => void): string {
  try {
    work();
    return 'done';
  } catch (error) {
    return errorText(error);
  }
}
