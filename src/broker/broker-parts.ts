import type { Observable } from 'rxjs';
import { checkActorId } from '../failure/check';
import { breakCircles } from '../kernel/deadlock';
import type { Dispatcher } from '../kernel/dispatcher';
import type { MailboxCore } from '../kernel/mailbox-core';
import { Outlet } from '../kernel/outlet';
import type { Task } from '../kernel/task';
import { resolveMailbox } from '../mailbox/mailbox-options';
import type { ActorId } from '../message/actor-id';
import type { BrokerMetrics } from '../message/broker-metrics';
import { checkSend } from '../message/check-send';
import type { MessageBroker } from '../message/message-broker';
import type { SendOptions } from '../message/send-options';
import { roundRobin } from '../routing/round-robin';
import { ReplyStream } from './ask';
import { Broadcasts } from './broadcasts';
import type { BrokerSettings } from './broker-options';
import { BrokerSystem } from './broker-system';
import type { Closing, Leaving } from './closing';
import { Registrar } from './registrar';
import { Registry } from './registry';
import { Routes } from './routes';
import { tell } from './tell';
import { Topics } from './topics';

/** The parts of a broker. They are one object, since a public class has no `#private` state: a proxy could not reach that. */
export class BrokerParts {
  readonly settings: BrokerSettings;
  readonly system: BrokerSystem;
  // Two fields of the system, held here as well, since every send reads them.
  readonly dispatcher: Dispatcher;
  readonly actors: ReadonlyMap<string, MailboxCore>;
  readonly registry: Registry;
  readonly registrar: Registrar;
  readonly broadcasts: Broadcasts;
  /** Completes the subscribers of `metrics$` when the broker has ended. It tells no values. */
  readonly metrics: Outlet<BrokerMetrics> = new Outlet();
  /** The stream of the metrics. It is made when it is first read. */
  metrics$: Observable<BrokerMetrics> | undefined = undefined;
  /** Set by the first call of `close`. */
  closing: Closing | undefined = undefined;
  /** For a broker with other nodes. */
  leaving: Leaving | undefined = undefined;
  #topics: Topics | undefined;
  #routes: Routes | undefined;

  constructor(settings: BrokerSettings, broker: MessageBroker) {
    this.settings = settings;
    const mailbox = resolveMailbox(settings.mailbox);
    const system: BrokerSystem = new BrokerSystem(settings, {
      broker,
      ask: (task, id, message, to) => this.ask(id, message, checkSend(to), to, task),
      tell: (task, id, message, to) => tell(system, id, system.actors.get(id), message, to, task),
      breakCircles,
      tellMailbox: (id, message) => void broker.trySend(id as ActorId, message),
      mailboxClosed: (id) => system.outward?.closed(id),
    });
    this.system = system;
    this.dispatcher = system.dispatcher;
    this.actors = system.actors;
    this.registry = new Registry(system);
    this.broadcasts = new Broadcasts(system, this.registry);
    this.registrar = new Registrar(system, this.registry, () => this.topics, mailbox);
  }

  /** Vue's `reactive` makes no proxy of an object that has this. */
  get __v_skip(): boolean {
    return true;
  }

  /** Made when they are first needed, which saves 0.1 µs for a new broker without topics. */
  get topics(): Topics {
    return (this.#topics ??= new Topics(this.system, this.settings.maxRetained));
  }

  /** Made when it is first needed: few brokers route, or have a dead letter queue. */
  get routes(): Routes {
    return (this.#routes ??= new Routes(this.system, this.topics, this.settings.router ?? roundRobin()));
  }

  ask(id: string, message: unknown, lane: number, options: SendOptions | undefined, parent: Task | null): ReplyStream {
    return new ReplyStream(this.system, checkActorId(id), message, { lane, options, parent });
  }

  /** Makes another broker the one that contexts give: see `facing`. */
  face(face: MessageBroker): void {
    this.system.host.broker = face;
  }

  completeStreams(): void {
    const { outbox } = this.dispatcher;
    this.system.journal.end();
    this.broadcasts.outlet.complete(outbox);
    this.topics.close();
    this.metrics.complete(outbox);
  }
}
