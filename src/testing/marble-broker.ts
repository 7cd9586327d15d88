import type { Observable } from 'rxjs';
import type { BrokerOptions } from '../broker/broker-options';
import { InMemoryMessageBroker } from '../broker/in-memory-message-broker';
import type { MailboxCore } from '../kernel/mailbox-core';
import { coreOf } from '../mailbox/core-of';
import type { Priority } from '../message/priority';
import { isProtocol } from '../message/protocol';
import type { Registration } from '../message/registration';
import type { SendResult } from '../message/send-result';
import { contextShown } from './context-shown';
import { lineOf } from './own-line';
import type { RealPromises } from './real-promises';

/** The state of a marble run that its brokers need. */
export interface MarbleRun {
  readonly promises: RealPromises;
  /** Whether virtual time has ended. */
  isOver: boolean;
}

/** The broker of a marble run. It shows the run its actors, and takes nothing more when the run is over. */
export class MarbleBroker extends InMemoryMessageBroker {
  /** Not `#private`, since Vue wraps objects in proxies. */
  readonly run: MarbleRun;

  constructor(run: MarbleRun, options: BrokerOptions) {
    super(options);
    this.run = run;
  }

  override register(id: string, mailbox: any, options?: any): Registration {
    this.checkTime();
    const registration = super.register(id as never, mailbox, options);
    this.run.promises.add(coreOf(mailbox), lineOf((this as { readonly register: unknown }).register));
    return registration;
  }

  override spawn(id: string, first: any, second?: any, third?: any): Registration {
    this.checkTime();
    const { promises } = this.run;
    const line = lineOf((this as { readonly spawn: unknown }).spawn);
    // The broker makes the mailbox of a spawned actor. The first call of its handler or its `onStart` shows it.
    const shown = <T>(consumer: T): T => contextShown(consumer, ({ recipient }) => promises.add(recipient as MailboxCore, line));
    if (isProtocol(first)) return super.spawn(id as never, first as never, shown(second) as never, third);
    return super.spawn(id as never, shown(first), second);
  }

  override send(id: string, message: any, options?: any): Observable<any> {
    this.checkTime();
    return super.send(id as never, message as never, options);
  }

  override trySend(id: string, message: any, options?: any): SendResult {
    this.checkTime();
    return super.trySend(id as never, message as never, options);
  }

  override offer(id: string, message: any, options?: any): Observable<void> {
    this.checkTime();
    return super.offer(id as never, message as never, options);
  }

  override sendWithPriority(id: string, message: any, priority: Priority, options?: any): Observable<any> {
    this.checkTime();
    return super.sendWithPriority(id as never, message as never, priority, options);
  }

  override sendWithRouting(key: any, message: any, options?: any): Observable<any> {
    this.checkTime();
    return super.sendWithRouting(key as never, message as never, options);
  }

  override broadcast(message: any, options?: any): Observable<any> {
    this.checkTime();
    return super.broadcast(message, options);
  }

  override broadcastFilter(message: any, filter: any, options?: any): Observable<any> {
    this.checkTime();
    return super.broadcastFilter(message, filter, options);
  }

  override tryBroadcast(message: unknown, filter?: any): number {
    this.checkTime();
    return super.tryBroadcast(message, filter);
  }

  override publish(key: any, message: any, options?: any): number {
    this.checkTime();
    return super.publish(key as never, message as never, options);
  }

  /** @throws {Error} when the run is over. */
  checkTime(): void {
    if (!this.run.isOver) return;
    throw new Error('this broker belongs to a marble run that is over, and its time stands still: each run has a broker of its own');
  }
}
