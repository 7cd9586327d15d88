import { type Command, type MailboxSpec, type Meddler, type Payload, type Plan, SIGNALS } from './command';
import { Listener } from './listener';
import { Story } from './story';
import { type Answer, type Channel, type Host, type Patience, type Turn, type World, nth } from './world';

/** How the players of several worlds agree on what they speak of, where the worlds do things in different orders. */
export interface Agreement {
  /** The number of the message that is sent by a plan. Each plan is played once. */
  readonly numberOf: (plan: Plan) => number;
  /** The player whose callers and turns are counted. */
  readonly leader?: Player;
}

/** Plays a script's commands on a world, and notes every line that the world tells. Its meddlers play commands when they are told something. */
export class Player implements Host {
  readonly story = new Story();
  /** The first error of a command that an observer or a handler played. */
  failure: unknown;
  readonly #world: World;
  readonly #meddlers: readonly Meddler[];
  /** How often each kind of thing was told. */
  readonly #told = new Map<string, number>();
  readonly #agreement: Agreement | undefined;
  /** The callers by the names that their lines have, in the order in which they came. */
  readonly #callers = new Map<string, Listener>();
  readonly #observers: Listener[] = [];
  /** The turns by their actors and messages, in the order in which they began. */
  readonly #turns = new Map<string, Turn>();
  /** The actors and messages of the turns whose replies later commands settle, in the order in which they began. */
  readonly holders: string[] = [];
  readonly #marks = new Map<ReadonlyMap<string, unknown>, number>();
  #markedHolders = 0;
  readonly #signals = Array.from({ length: SIGNALS }, () => new AbortController());
  #messages = 0;

  constructor(meddlers: readonly Meddler[], worldFor: (host: Host) => World, agreement?: Agreement) {
    this.#meddlers = meddlers;
    this.#agreement = agreement;
    this.#world = worldFor(this);
  }

  tell(channel: Channel, line: string): void {
    this.story.add(channel, line);
    const kind = channel === 'event' || channel === 'some' ? `${channel} ${eventKind(line)}` : channel;
    const nth = this.#told.get(kind) ?? 0;
    this.#told.set(kind, nth + 1);
    for (const meddler of this.#meddlers) if (meddler.on === kind && meddler.nth === nth) this.#playInside(meddler.deed);
  }

  handle(turn: Turn): Answer {
    const agreement = this.#agreement;
    const { actor, payload, attempt, topic, sentAt } = turn;
    const { carry, reply } = payload.plan;
    this.#turns.set(agreement === undefined ? `${this.#turns.size}` : nameOf(turn), turn);
    if (reply === 'stream' || reply === 'promise') this.holders.push(nameOf(turn));
    this.story.add('turn', `${actor} runs ${payload.n}${topic === undefined ? '' : ` on ${topic}`}, attempt ${attempt}, sent at ${sentAt}`);
    if (carry !== undefined) this.#playInside(carry);
    return typeof reply === 'object' ? { ask: reply.ask, payload: this.#payload(reply.plan) } : reply;
  }

  /** The players that follow this one count what it has now, though it plays the next command before they do. */
  mark(): void {
    for (const things of [this.#callers, this.#turns]) this.#marks.set(things, things.size);
    this.#markedHolders = this.holders.length;
  }

  /** The turns of `holders`, as they were marked. */
  get markedHolders(): readonly string[] {
    return this.holders.slice(0, this.#markedHolders);
  }

  /** Notes the numbers and lists that the world shows. */
  look(): void {
    for (const line of this.#world.look()) this.story.add('look', line);
  }

  play(command: Command): void {
    const world = this.#world;
    switch (command.do) {
      case 'register':
        this.#answer(world.register(command.actor, command.mailbox, this.#held(command.mailbox)));
        return;
      case 'revive':
        this.#answer(world.revive(command.actor, command.nth));
        return;
      case 'unregister':
        this.#answer(world.unregister(command.actor));
        return;
      case 'consume':
        world.consume(command.actor);
        return;
      case 'leave':
        world.leave(command.actor);
        return;
      case 'close-mailbox':
        world.closeMailbox(command.actor);
        return;
      case 'watch':
        world.watch(command.actor, this.#observer('watch'));
        return;
      case 'follow':
        world.follow(command.actor, this.#observer('loss'), this.#observer('pressure'));
        return;
      case 'pause':
        world.pause(command.actor);
        return;
      case 'resume':
        world.resume(command.actor);
        return;
      case 'clear-mailbox':
        this.#answer(world.clearMailbox(command.actor));
        return;
      case 'idle':
        world.watchIdle(command.actor, this.#observer('idle'));
        return;
      case 'events-of':
        world.eventsOf(command.actors, this.#observer('some'));
        return;
      case 'send':
        world.ask(command.actor, this.#payload(command.plan), command, this.#patience(command), this.#caller(command));
        return;
      case 'offer':
        world.offer(command.actor, this.#payload(command.plan), command, this.#patience(command), this.#caller(command));
        return;
      case 'try-send':
        this.#tell(command.plan, (payload) => world.tell(command.actor, payload, command));
        return;
      case 'next':
        world.next(command.actor, this.#payload(command.plan));
        return;
      case 'turn-send':
        this.#turn(command.nth)?.ask(command.actor, this.#payload(command.plan), this.#patience(command), this.#caller(command));
        return;
      case 'turn-try-send':
        this.#tell(command.plan, (payload) => this.#turn(command.nth)?.tell(command.actor, payload) ?? 'no turn');
        return;
      case 'route':
        world.route(command.topic, this.#payload(command.plan), command, this.#patience(command), this.#caller(command));
        return;
      case 'broadcast':
        world.broadcast(this.#payload(command.plan), command.to, command.order, command, this.#patience(command), this.#caller(command));
        return;
      case 'try-broadcast':
        this.#tell(command.plan, (payload) => `${world.tryBroadcast(payload, command.to)} took it`);
        return;
      case 'publish':
        this.#tell(command.plan, (payload) => `${world.publish(command.topic, payload, command.priority, command.retain)} took it`);
        return;
      case 'bind':
        this.#answer(world.bind(command.pattern, command.actor));
        return;
      case 'observe':
        world.observe(command.pattern, this.#observer('topic'));
        return;
      case 'unbind':
        world.unbind(command.nth);
        return;
      case 'cancel':
        this.#counted((player) => player.#callers, command.nth)?.leave();
        return;
      case 'abort': {
        const number = command.nth % SIGNALS;
        this.#signals[number]!.abort(new Error(`aborted by signal ${number}`));
        return;
      }
      case 'unobserve':
        nth(this.#observers, command.nth)?.leave();
        return;
      case 'settle':
        world.settle(command.nth, command.how);
        return;
      case 'pass':
        world.pass(command.ms);
        return;
      case 'redeliver':
        world.redeliver(command.asked, ({ n }, answer) => this.#answer(`${n} again: ${answer}`));
        return;
      case 'clear':
        world.clear();
        return;
      case 'look':
        this.look();
        return;
      case 'close':
        world.close(command.drain, command.timeout);
    }
  }
  /** Plays a command inside of a handler or an observer. An error is kept, since nobody would see it there. */
  #playInside(command: Command): void {
    try {
      this.play(command);
    } catch (error) {
      this.failure ??= error;
    }
  }

  #answer(answer: string): void {
    this.story.add('answer', answer);
  }

  /** Sends a message without a reply, and notes how that was answered. */
  #tell(plan: Plan, send: (payload: Payload) => string): void {
    const payload = this.#payload(plan);
    this.#answer(`to ${payload.n}: ${send(payload)}`);
  }

  #payload(plan: Plan): Payload {
    return { n: this.#agreement?.numberOf(plan) ?? ++this.#messages, plan };
  }

  #held({ holds, capacity }: MailboxSpec): Payload[] {
    return holds.slice(0, capacity).map((plan) => this.#payload(plan));
  }

  #patience({ timeout, signal }: { readonly timeout: number; readonly signal?: number | undefined }): Patience {
    return { timeout, signal: signal === undefined ? undefined : this.#signals[signal]!.signal };
  }

  #caller({ plan, take }: { readonly plan: Plan; readonly take: number }): Listener {
    const name = `${this.#agreement?.numberOf(plan) ?? this.#callers.size}`;
    const caller = new Listener(this, 'caller', name, take);
    this.#callers.set(name, caller);
    return caller;
  }

  #observer(channel: Channel): Listener {
    const observer = new Listener(this, channel, `observer ${this.#observers.length}`);
    this.#observers.push(observer);
    return observer;
  }

  /** A turn, counted from the last one that has begun. Inside of a handler that is its own. */
  #turn(number: number): Turn | undefined {
    return this.#counted((player) => player.#turns, number, true);
  }

  /** One of its own things, counted as the leader has them. */
  #counted<T>(of: (player: Player) => ReadonlyMap<string, T>, number: number, fromLast = false): T | undefined {
    const leader = this.#agreement?.leader;
    const names = leader === undefined ? [...of(this).keys()] : [...of(leader).keys()].slice(0, leader.#marks.get(of(leader)));
    const name = nth(fromLast ? names.reverse() : names, number);
    return name === undefined ? undefined : of(this).get(name);
  }
}

function nameOf({ actor, payload }: Turn): string {
  return `${actor} ${payload.n}`;
}

/** The first word after the name of the observer. */
function eventKind(line: string): string {
  const from = line.indexOf(': ') + 2;
  const to = line.indexOf(' ', from);
  return line.slice(from, to < 0 ? undefined : to);
}
