import { type InMemoryMessageBroker, Mailbox, actorId } from 'rx-broker';
import { type Observable, Subject, type Subscription, of } from 'rxjs';
import { ASK_TIMEOUT, type Command, type MailboxSpec, type Payload, type Plan } from './command';
import { HeldPromise } from './held-promise';
import type { Story } from './story';

interface Registered {
  readonly mailbox: Mailbox<Payload>;
  consumer: Subscription | undefined;
  isConsumed: boolean;
}

/** A reply that is settled by a later command. */
export type Held = Subject<unknown> | HeldPromise;

/** What a handler does on the way. */
interface Doing {
  play(command: Command): void;
  payload(plan: Plan): Payload;
}

/** The actors of a script on the broker, whose handlers do what their messages say. */
export class BrokerActors {
  readonly all = new Map<string, Registered>();
  /** What handlers answered with that is still to be settled, or was. */
  readonly held: Held[] = [];
  readonly #broker: InMemoryMessageBroker;
  readonly #story: Story;
  readonly #does: Doing;

  constructor(broker: InMemoryMessageBroker, story: Story, does: Doing) {
    this.#broker = broker;
    this.#story = story;
    this.#does = does;
  }

  register(id: string, spec: MailboxSpec): void {
    const { capacity, topics, ttl, turnTimeout, consumed, ...options } = spec;
    const mailbox = Mailbox.bounded<Payload>(capacity, {
      ...options,
      ...(ttl !== Infinity && { ttl }),
      ...(turnTimeout !== Infinity && { turnTimeout }),
    });
    this.#broker.register(actorId<Payload>(id), mailbox, { topics: [...topics] });
    const registered = { mailbox, consumer: undefined, isConsumed: false };
    this.all.set(id, registered);
    if (consumed) this.consume(registered);
  }

  consume(registered: Registered): void {
    registered.isConsumed = true;
    registered.consumer = registered.mailbox.receive((message, context) => {
      this.#story.turns.push(`${context.self} runs ${message.n}, attempt ${context.envelope.attempt}`);
      return this.#handle(message, context);
    });
  }

  #handle({ n, plan }: Payload, context: { send(id: any, message: Payload, options: { timeout: number }): Observable<unknown> }): unknown {
    const { carry, reply } = plan;
    if (carry !== undefined) this.#does.play(carry);
    switch (reply) {
      case 'value':
        return `value of ${n}`;
      case 'values':
        return of(`first of ${n}`, `last of ${n}`);
      case 'throw':
        throw new Error(`thrown by ${n}`);
      case 'stream':
      case 'promise': {
        const held = Object.assign(reply === 'stream' ? new Subject<unknown>() : new HeldPromise(), { n });
        this.held.push(held);
        return held;
      }
      default:
        return context.send(reply.ask, this.#does.payload(reply.plan), { timeout: ASK_TIMEOUT });
    }
  }
}

export function settle(held: Held | undefined, how: 'value' | 'complete' | 'error'): void {
  if (held === undefined) return;
  const { n } = held as unknown as Payload;
  if (how === 'error') held.error(new Error(`failed by ${n}`));
  else if (held instanceof HeldPromise) held.fulfil(`promised by ${n}`);
  else if (how === 'value') held.next(`streamed by ${n}`);
  else held.complete();
}
