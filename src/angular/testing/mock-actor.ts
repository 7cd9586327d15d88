import { TestBed } from '@angular/core/testing';
import type { ActorId } from '../../message/actor-id';
import type { ActorContext, Covers, HandlersOf } from '../../message/message-broker';
import type { AnyProtocol, MessageOf } from '../../message/protocol';
import type { ActorRef } from '../../message/sender';
import { injectActor } from '../inject-actor';

/** An actor of a test. */
export interface MockActor<Msg> {
  /** Sends to the actor. */
  readonly ref: ActorRef<Msg>;
  /** The messages that its handlers were given, in order. */
  readonly messages: readonly Msg[];
}

/**
 * Makes an actor for a test, in the place of the one with this id if there is one. It may be called anywhere in a test, and ends with it.
 * `handlers` may be some of those of the protocol: a message without one fails with `Unhandled`, which fails the test if nobody asked.
 *
 * ```ts
 * const mock = mockActor(search, Search, { find: () => ['rxjs'] });
 * const fixture = TestBed.createComponent(SearchPage);
 * await fixture.whenStable();
 * expect(mock.messages).toEqual([Search.find({ text: 'rx' })]);
 * ```
 *
 * @throws {TypeError} for a bad id, protocol or handler.
 */
export function mockActor<Msg, const P extends AnyProtocol<P> & object>(id: ActorId<Msg>, protocol: Covers<NoInfer<Msg>, P>, handlers: Partial<HandlersOf<P>>): MockActor<MessageOf<P>> {
  const messages: MessageOf<P>[] = [];
  const noting = Object.entries<any>(handlers).map(([name, handler]) => [
    name,
    (message: MessageOf<P>, context: ActorContext): unknown => {
      messages.push(message);
      return (handler as (message: MessageOf<P>, context: ActorContext) => unknown)(message, context);
    },
  ]);
  const ref = TestBed.runInInjectionContext(() => injectActor<any, any>(id, protocol as any, Object.fromEntries(noting), { ifTaken: 'replace' }));
  return { ref, messages };
}
