import {
  type BroadcastResult,
  BrokerError,
  type DeadLetter,
  DeadLetterQueue,
  InMemoryMessageBroker,
  Mailbox,
  SendError,
  type SendResult,
  actorId,
} from 'rx-broker';
import { type Observable, Subject, Subscriber, type Subscription, type Unsubscribable, VirtualTimeScheduler, of } from 'rxjs';
import { ASK_TIMEOUT, type Command, type MailboxSpec, type Payload, type Plan, REQUEST_TIMEOUT, type Script } from './command';
import { HeldPromise } from './held-promise';
import { describeLetter } from './model-letters';
import { Story } from './story';

/** Who asked: tells the story of the reply, and can go away even while the handler is on the stack. */
class Caller extends Subscriber<unknown> {
  constructor(
    readonly tell: (line: string) => void,
    readonly then: (() => void) | undefined,
  ) {
    super();
  }

  protected override _next(value: unknown): void {
    this.tell(typeof value === 'string' ? value : describeResult(value as BroadcastResult));
  }

  protected override _error(error: unknown): void {
    this.#end(`failed, ${describeError(error)}`);
  }

  protected override _complete(): void {
    this.#end('completed');
  }

  #end(line: string): void {
    this.unsubscribe();
    this.tell(line);
    this.then?.();
  }
}

interface Registered {
  readonly mailbox: Mailbox<Payload>;
  consumer: Subscription | undefined;
  isConsumed: boolean;
}

/** Carries a script's commands out on the broker. */
export class BrokerPlayer {
  readonly story = new Story();
  readonly scheduler = new VirtualTimeScheduler();
  readonly queue: DeadLetterQueue;
  readonly broker: InMemoryMessageBroker;
  readonly actors = new Map<string, Registered>();
  /** Handlers on the stack. */
  depth = 0;
  readonly #callers: Caller[] = [];
  readonly #held: (Subject<unknown> | HeldPromise)[] = [];
  readonly #bindings: Unsubscribable[] = [];
  #messages = 0;
  #watchers = 0;
  #observers = 0;

  constructor(script: Script) {
    const { scheduler, story } = this;
    this.queue = new DeadLetterQueue({ capacity: script.letters });
    this.broker = new InMemoryMessageBroker({ scheduler, requestTimeout: REQUEST_TIMEOUT }).withDeadLetterQueue(this.queue);
    this.broker.deadLetters$.subscribe((letter) => story.letters.push(describe(letter)));
    this.broker.broadcasts$.subscribe((message) => story.broadcasts.push(`${(message as Payload).n}`));
  }

  play(command: Command): void {
    const { broker, story } = this;
    const id = actorId<any>('actor' in command ? command.actor : 'nobody');
    const registered = this.actors.get(id);
    switch (command.do) {
      case 'register':
        this.#try(() => this.#register(id, command.mailbox));
        return;
      case 'unregister':
        this.#try(() => broker.unregister(id));
        return;
      case 'consume':
        if (broker.isRegistered(id) && registered !== undefined && !registered.isConsumed) this.#consume(registered);
        return;
      case 'leave':
        if (registered?.consumer === undefined) return;
        registered.consumer.unsubscribe();
        registered.consumer = undefined;
        registered.isConsumed = false;
        return;
      case 'close-mailbox':
        if (broker.isRegistered(id)) registered?.mailbox.close();
        return;
      case 'watch': {
        const number = ++this.#watchers;
        broker.watch(id).subscribe(() => story.ends.push(`watcher ${number}: ${id} ended`));
        return;
      }
      case 'send': {
        const { plan, priority, timeout, ttl, then } = command;
        const message = this.#payload(plan);
        // Without options it may take the short way.
        const isPlain = priority === 'normal' && timeout === REQUEST_TIMEOUT && ttl === Infinity;
        const options = isPlain ? undefined : { priority, timeout, ...(ttl !== Infinity && { ttl }) };
        this.#ask(broker.send(id, message, options), then);
        return;
      }
      case 'try-send': {
        const { plan, priority, ttl } = command;
        const isPlain = priority === 'normal' && ttl === Infinity;
        story.answers.push(answerOf(broker.trySend(id, this.#payload(plan), isPlain ? undefined : { priority, ...(ttl !== Infinity && { ttl }) })));
        return;
      }
      case 'route':
        this.#ask(broker.sendWithRouting({ topic: command.topic }, this.#payload(command.plan), { timeout: command.timeout }));
        return;
      case 'broadcast': {
        const { plan, to, order, timeout } = command;
        this.#ask(broker.broadcastFilter(this.#payload(plan), (one) => to.includes(one), { order, timeout }), undefined);
        return;
      }
      case 'try-broadcast': {
        const { plan, to } = command;
        const filter = to === 'abc' ? undefined : (one: string): boolean => to.includes(one);
        story.answers.push(`${broker.tryBroadcast(this.#payload(plan), filter)} took it`);
        return;
      }
      case 'publish':
        story.answers.push(`${broker.publish(command.topic, this.#payload(command.plan), { retain: command.retain })} took it`);
        return;
      case 'bind':
        this.#try(() => this.#bindings.push(broker.bind(command.pattern, id)));
        return;
      case 'unbind':
        nth(this.#bindings, command.nth)?.unsubscribe();
        return;
      case 'observe':
        this.#observe(command.pattern);
        return;
      case 'cancel':
        nth(this.#callers, command.nth)?.unsubscribe();
        return;
      case 'settle':
        settle(nth(this.#held, command.nth), command.how);
        return;
      case 'pass':
        this.#pass(command.ms);
        return;
      case 'redeliver':
        this.queue.redeliver(command.asked ? () => true : undefined).subscribe(({ letter, ok, code }) => {
          story.answers.push(`${(letter.message as Payload).n} again: ${ok ? 'taken' : String(code)}`);
        });
        return;
      case 'clear':
        this.queue.clear();
        return;
      case 'close':
        void broker.close({ drain: command.drain, timeout: command.timeout });
    }
  }

  // Handlers -----------------------------------------------------------------------------------------

  #register(id: string, spec: MailboxSpec): void {
    const { capacity, topics, ttl, turnTimeout, consumed, ...options } = spec;
    const mailbox = Mailbox.bounded<Payload>(capacity, {
      ...options,
      ...(ttl !== Infinity && { ttl }),
      ...(turnTimeout !== Infinity && { turnTimeout }),
    });
    this.broker.register(actorId<Payload>(id), mailbox, { topics: [...topics] });
    const registered = { mailbox, consumer: undefined, isConsumed: false };
    this.actors.set(id, registered);
    if (consumed) this.#consume(registered);
  }

  #consume(registered: Registered): void {
    registered.isConsumed = true;
    registered.consumer = registered.mailbox.receive((message, context) => {
      this.story.turns.push(`${context.self} runs ${message.n}, attempt ${context.envelope.attempt}`);
      this.depth++;
      try {
        return this.#handle(message, context);
      } finally {
        this.depth--;
      }
    });
  }

  #handle({ n, plan }: Payload, context: { send(id: any, message: Payload, options: { timeout: number }): Observable<unknown> }): unknown {
    const { carry, reply } = plan;
    if (carry !== undefined) this.play(carry);
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
        this.#held.push(held);
        return held;
      }
      default:
        return context.send(reply.ask, this.#payload(reply.plan), { timeout: ASK_TIMEOUT });
    }
  }

  // Commands -----------------------------------------------------------------------------------------

  #payload(plan: Plan): Payload {
    return { n: ++this.#messages, plan };
  }

  #ask(reply: Observable<unknown>, then?: Command): void {
    const number = this.#callers.length;
    const caller = new Caller(
      (line) => this.story.replies.push(`${number}: ${line}`),
      then && (() => this.play(then)),
    );
    this.#callers.push(caller);
    reply.subscribe(caller);
  }

  #observe(pattern: string): void {
    const number = this.#observers++;
    const tell = (line: string): void => void this.story.streams.push(`observer ${number}: ${line}`);
    this.broker.publications$(pattern).subscribe({
      next: ({ topic, message, retained }) => tell(`${topic} ${(message as Payload).n}${retained ? ', retained' : ''}`),
      complete: () => tell('completed'),
    });
  }

  #pass(ms: number): void {
    const { scheduler } = this;
    scheduler.maxFrames = scheduler.now() + ms;
    // A timer that only moves the clock.
    scheduler.schedule(() => {}, ms);
    scheduler.flush();
  }

  #try(work: () => void): void {
    try {
      work();
    } catch (error) {
      if (!(error instanceof BrokerError)) throw error;
      this.story.answers.push(error.code);
    }
  }
}

function settle(held: Subject<unknown> | HeldPromise | undefined, how: 'value' | 'complete' | 'error'): void {
  if (held === undefined) return;
  const { n } = held as unknown as Payload;
  if (how === 'error') held.error(new Error(`failed by ${n}`));
  else if (held instanceof HeldPromise) held.fulfil(`promised by ${n}`);
  else if (how === 'value') held.next(`streamed by ${n}`);
  else held.complete();
}

function nth<T>(list: readonly T[], n: number): T | undefined {
  return list.length === 0 ? undefined : list[n % list.length];
}

function answerOf(result: SendResult): string {
  return result.ok ? 'taken' : result.code;
}

function describe(letter: DeadLetter): string {
  return describeLetter({ ...letter, payload: letter.message as Payload, target: letter.target, topic: letter.topic });
}

function describeResult(result: BroadcastResult): string {
  return result.ok ? `${result.actorId} ok ${(result.value as string | undefined) ?? 'nothing'}` : `${result.actorId} failed ${describeError(result.error)}`;
}

function describeError(error: unknown): string {
  if (error instanceof SendError) return error.started ? `${error.code}, started` : error.code;
  if (error instanceof BrokerError) return error.code;
  return (error as Error).message;
}
