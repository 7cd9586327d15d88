import { BrokerError, type DeadLetter, DeadLetterQueue, InMemoryMessageBroker, type SendResult, actorId } from 'rx-broker';
import { type Observable, type Unsubscribable, VirtualTimeScheduler } from 'rxjs';
import { BrokerActors, settle } from './broker-actors';
import { type Command, type Payload, type Plan, REQUEST_TIMEOUT, type Script } from './command';
import { describeLetter } from './model-letters';
import { Story } from './story';
import { TellingCaller } from './telling-caller';

/** Carries a script's commands out on the broker. */
export class BrokerPlayer {
  readonly story = new Story();
  readonly scheduler = new VirtualTimeScheduler();
  readonly queue: DeadLetterQueue;
  readonly broker: InMemoryMessageBroker;
  readonly #actors: BrokerActors;
  readonly #callers: TellingCaller[] = [];
  readonly #bindings: Unsubscribable[] = [];
  #messages = 0;
  #watchers = 0;
  #observers = 0;

  constructor(script: Script) {
    const { scheduler, story } = this;
    this.queue = new DeadLetterQueue({ capacity: script.letters });
    this.broker = new InMemoryMessageBroker({ scheduler, requestTimeout: REQUEST_TIMEOUT }).withDeadLetterQueue(this.queue);
    this.#actors = new BrokerActors(this.broker, story, { play: (command) => this.play(command), payload: (plan) => this.#payload(plan) });
    this.broker.deadLetters$.subscribe((letter) => story.letters.push(describe(letter)));
    this.broker.broadcasts$.subscribe((message) => story.broadcasts.push(`${(message as Payload).n}`));
  }

  get actors(): BrokerActors['all'] {
    return this.#actors.all;
  }

  play(command: Command): void {
    const { broker, story } = this;
    const id = actorId<any>('actor' in command ? command.actor : 'nobody');
    const registered = this.actors.get(id);
    switch (command.do) {
      case 'register':
        this.#try(() => this.#actors.register(id, command.mailbox));
        return;
      case 'unregister':
        this.#try(() => broker.unregister(id));
        return;
      case 'consume':
        if (broker.isRegistered(id) && registered !== undefined && !registered.isConsumed) this.#actors.consume(registered);
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
        settle(nth(this.#actors.held, command.nth), command.how);
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

  // Commands -----------------------------------------------------------------------------------------

  #payload(plan: Plan): Payload {
    return { n: ++this.#messages, plan };
  }

  #ask(reply: Observable<unknown>, then?: Command): void {
    const number = this.#callers.length;
    const caller = new TellingCaller(
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

function nth<T>(list: readonly T[], n: number): T | undefined {
  return list.length === 0 ? undefined : list[n % list.length];
}

function answerOf(result: SendResult): string {
  return result.ok ? 'taken' : result.code;
}

function describe(letter: DeadLetter): string {
  return describeLetter({ ...letter, payload: letter.message as Payload, target: letter.target, topic: letter.topic });
}
