import { type Delivery, InMemoryMessageBroker, type Loss, Mailbox, SendError, actorId } from 'rx-broker';
import { Subject, VirtualTimeScheduler } from 'rxjs';
import { describe } from 'vitest';
import { mailboxLaws } from './mailbox-laws';
import type { AskUnderLaw, MailboxSettingsUnderLaw, MailboxUnderLaw } from './mailbox/mailbox-under-law';

const id = actorId<any>('actor');

interface Turn {
  readonly isOver: boolean;
  end(): void;
}

/** Attaches the consumer to a mailbox. `begin` is called with each message and its turn. */
type Seat = (mailbox: Mailbox<number>, begin: (message: number, turn: Turn) => void) => void;

const asStream: Seat = (mailbox, begin) => {
  mailbox.deliveries$.subscribe((delivery: Delivery<number>) => {
    begin(delivery.message, { get isOver() { return delivery.context.signal.aborted; }, end: () => delivery.reply() });
  });
};

const asHandler: Seat = (mailbox, begin) => {
  mailbox.receive((message, context) => {
    const reply = new Subject<void>();
    begin(message, { get isOver() { return context.signal.aborted; }, end: () => reply.complete() });
    return reply;
  });
};

/** A mailbox of a broker in virtual time. That stands still, so no drain gives way. */
function boxOf(seat: Seat, { capacity, ...options }: MailboxSettingsUnderLaw, isObserved: boolean): MailboxUnderLaw {
  const broker = new InMemoryMessageBroker({ logDeadLetters: false, scheduler: new VirtualTimeScheduler(), requestTimeout: Infinity });
  if (isObserved) broker.events$.subscribe();
  const mailbox = Mailbox.bounded<number>(capacity, options);
  const losses: Loss<number>[] = [];
  mailbox.losses$.subscribe((loss) => losses.push(loss));
  broker.register(id, mailbox);
  const handed: number[] = [];
  const turns: Turn[] = [];
  return {
    mailbox,
    losses,
    handed,
    attach(onTurn) {
      seat(mailbox, (message, turn) => {
        handed.push(message);
        turns.push(turn);
        onTurn?.(message);
      });
    },
    finish() {
      while (turns[0]?.isOver === true) turns.shift();
      turns.shift()?.end();
    },
    offer(message, priority) {
      const result = broker.trySend(id, message, priority === undefined ? undefined : { priority });
      return result.ok ? undefined : result.code;
    },
    ask(message, priority = 'normal'): AskUnderLaw {
      const outcomes: AskUnderLaw['outcomes'][number][] = [];
      const subscription = broker.sendWithPriority(id, message, priority).subscribe({
        error: (error: unknown) => outcomes.push((error as SendError).code),
        complete: () => outcomes.push('answered'),
      });
      return { outcomes, cancel: () => subscription.unsubscribe() };
    },
  };
}

describe('a mailbox', () => {
  mailboxLaws('deliveries$', (settings) => boxOf(asStream, settings, false));
  mailboxLaws('receive', (settings) => boxOf(asHandler, settings, false));
  mailboxLaws('receive, observed', (settings) => boxOf(asHandler, settings, true));
});
