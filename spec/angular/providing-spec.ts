import '@angular/compiler';
import { AsyncPipe } from '@angular/common';
import { Component, DestroyRef, EnvironmentInjector, ErrorHandler, Injectable, type OnDestroy, createEnvironmentInjector, inject } from '@angular/core';
import { TestBed } from '@angular/core/testing';
import { InMemoryMessageBroker, type MessageBroker, actorId, message, protocol, topic } from 'rx-broker';
import {
  MESSAGE_BROKER,
  injectActor,
  injectBrokerMetrics,
  injectCommand,
  injectDispatch,
  injectMessageBroker,
  injectPressure,
  injectRequest,
  injectState,
  injectTopic,
  provideMessageBroker,
  provideScopedMessageBroker,
  withErrorHandler,
} from 'rx-broker/angular';
import { NEVER } from 'rxjs';
import { afterEach, describe, expect, it } from 'vitest';
import { application, inContext } from './setup';

const id = actorId<any>('actor');
const prices = topic<number>('prices');

afterEach(() => {
  TestBed.resetTestingModule();
});

class NotedErrors implements ErrorHandler {
  readonly errors: unknown[] = [];
  handleError(error: unknown): void {
    this.errors.push(error);
  }
}

const failingBroker = (...providers: Parameters<typeof application>): { noted: unknown[]; fail: (error: unknown) => void } => {
  const handler = new NotedErrors();
  const { broker } = application({ provide: ErrorHandler, useValue: handler }, ...providers);
  broker.spawn(id, (error) => {
    throw error;
  });
  return { noted: handler.errors, fail: (error) => broker.trySend(id, error) };
};

describe('provideMessageBroker', () => {
  it('takes a function, which may inject, and gives options', () => {
    const { broker } = application({ provide: 'name', useValue: 'shop' }, provideMessageBroker(() => ({ name: inject<string>('name' as never) })));
    let messageId = '';
    broker.spawn(id, (_message, { envelope }) => void (messageId = envelope.id));
    broker.trySend(id, 0);
    expect(messageId).toMatch(/^shop:/);
  });

  it('gives a broker whose streams stay the same, so that an async pipe stays subscribed', () => {
    const { broker } = application();
    @Component({ selector: 'spec-lost', imports: [AsyncPipe], template: '{{ (broker.deadLetters$ | async)?.message }}' })
    class Lost {
      readonly broker = injectMessageBroker();
    }
    const fixture = TestBed.createComponent(Lost);
    fixture.detectChanges();
    broker.trySend(id, 'lost');
    fixture.detectChanges();
    fixture.detectChanges();
    expect((fixture.nativeElement as HTMLElement).textContent).toBe('lost');
  });

  it('refuses a function that gives nothing', () => {
    TestBed.configureTestingModule({ providers: [provideMessageBroker(() => undefined as never)] });
    expect(() => TestBed.inject(MESSAGE_BROKER)).toThrow('options must be an object, got undefined');
  });

  it('refuses an unknown option when the broker is injected', () => {
    TestBed.configureTestingModule({ providers: [provideMessageBroker({ requestTimeot: 5 } as object)] });
    expect(() => TestBed.inject(MESSAGE_BROKER)).toThrow("did you mean 'requestTimeout'?");
    TestBed.resetTestingModule();
    TestBed.configureTestingModule({ providers: [provideMessageBroker(5 as never)] });
    expect(() => TestBed.inject(MESSAGE_BROKER)).toThrow('options must be an object, got 5');
  });

  it.each<[string, (options: any) => unknown]>([
    ['injectMessageBroker', (options) => injectMessageBroker(options)],
    ['injectActor', (options) => injectActor(id, () => 0, options)],
    ['injectCommand', (options) => injectCommand(id, () => 0, options)],
    ['injectRequest', (options) => injectRequest(id, () => 0, options)],
    ['injectDispatch', (options) => injectDispatch(actorId<any>('shop'), protocol('shop', { open: message() }), options)],
    ['injectTopic', (options) => injectTopic(prices, { initialValue: 0, ...options })],
    ['injectState', (options) => injectState(prices, 0, options)],
    ['injectPressure', (options) => injectPressure(id, options)],
    ['injectBrokerMetrics', (options) => injectBrokerMetrics(options)],
  ])('%s refuses an option that it does not have', (_, call) => {
    application();
    expect(() => inContext(() => call({ injectr: undefined }))).toThrow(/^unknown option 'injectr'/);
  });

  it('says what is missing where no broker is provided', () => {
    expect(() => inContext(() => injectMessageBroker())).toThrow('provideMessageBroker()');
  });

  it('gives each environment injector its own broker, and finds it by an injector that is given', () => {
    const { broker } = application();
    const child = createEnvironmentInjector([provideMessageBroker({ logDeadLetters: false })], TestBed.inject(EnvironmentInjector));
    const own = injectMessageBroker({ injector: child });
    expect(own).not.toBe(broker);
    child.destroy();
    expect(own.trySend(id, 0)).toMatchObject({ ok: false, code: 'BrokerClosed' });
    expect(broker.trySend(id, 0)).toMatchObject({ ok: false, code: 'ActorNotFound' });
  });
});

describe('when the application is destroyed', () => {
  it('its broker ends at once: no queued handler runs with services that are gone', () => {
    const { broker } = application();
    const runs: unknown[] = [];
    const signals: AbortSignal[] = [];
    broker.spawn(id, (message, { signal }) => {
      runs.push(message);
      signals.push(signal);
      return NEVER;
    });
    for (const n of [1, 2]) broker.trySend(id, n);
    let completed = false;
    broker.events$.subscribe({ complete: () => (completed = true) });
    TestBed.resetTestingModule();
    expect([runs, signals[0]!.aborted, completed]).toEqual([[1], true, true]);
  });

  it('a broker of its own making goes on, and is closed as the application says', async () => {
    const shared: MessageBroker = new InMemoryMessageBroker({ logDeadLetters: false });
    application(provideMessageBroker(() => shared));
    TestBed.resetTestingModule();
    expect(shared.trySend(id, 0)).toMatchObject({ code: 'ActorNotFound' });
    application(
      provideMessageBroker(() => {
        inject(DestroyRef).onDestroy(() => void shared.close({ drain: false }));
        return shared;
      }),
    );
    TestBed.resetTestingModule();
    expect(shared.trySend(id, 0)).toMatchObject({ code: 'BrokerClosed' });
  });
});

describe('a broker that the application has made', () => {
  it('runs untracked, and gives its handlers the broker that is injected', () => {
    const shared = new InMemoryMessageBroker({ logDeadLetters: false });
    const { broker } = application(provideMessageBroker(() => shared));
    expect(broker).not.toBe(shared);
    let given: unknown;
    shared.spawn(id, (_message, context) => void (given = context.broker));
    shared.trySend(id, 0);
    expect(given).toBe(broker);
  });

  it('takes no feature that sets options', () => {
    TestBed.configureTestingModule({ providers: [provideMessageBroker(() => new InMemoryMessageBroker(), withErrorHandler())] });
    expect(() => TestBed.inject(MESSAGE_BROKER)).toThrow('features that set options need options');
  });
});

describe('the errors of handlers (O7)', () => {
  it("go to Angular's ErrorHandler", () => {
    const { noted, fail } = failingBroker();
    const error = new Error('here');
    fail(error);
    expect(noted).toEqual([error]);
  });

  it('go to the logger while the application is destroyed, and has no ErrorHandler any more', () => {
    const lines: unknown[] = [];
    const note = (...line: readonly unknown[]): void => void lines.push(...line);
    const { noted, fail } = failingBroker(provideMessageBroker({ logDeadLetters: false, logger: { warn: note, error: note } }));
    const error = new Error('late');
    @Injectable({ providedIn: 'root' })
    class Leaving implements OnDestroy {
      ngOnDestroy(): void {
        fail(error);
      }
    }
    TestBed.inject(Leaving);
    TestBed.resetTestingModule();
    expect([noted, lines]).toEqual([[], expect.arrayContaining([error])]);
  });

  it.each([
    ['by default', []],
    ['with withErrorHandler', [withErrorHandler()]],
  ])('are not logged as dead letters, too, %s', (_, features) => {
    const lines: string[] = [];
    const { noted, fail } = failingBroker(provideMessageBroker({ logger: { warn: (line: string) => lines.push(line), error: (line: string) => lines.push(line) } }, ...features));
    fail(1);
    expect([noted, lines]).toEqual([[1], []]);
  });

  it('go to an own onError alone', () => {
    const seen: unknown[] = [];
    const { noted, fail } = failingBroker(provideMessageBroker({ logDeadLetters: false, onError: (error) => seen.push(error) }));
    fail(1);
    expect([seen, noted]).toEqual([[1], []]);
  });

  it('go to both with withErrorHandler, also if the own one throws', () => {
    const seen: unknown[] = [];
    const onError = (error: unknown): void => {
      seen.push(error);
      throw new Error('from onError');
    };
    const { noted, fail } = failingBroker(provideMessageBroker({ logDeadLetters: false, logger: () => {}, onError }, withErrorHandler()));
    fail(1);
    expect([seen, noted]).toEqual([[1], [1]]);
  });
});

describe('provideScopedMessageBroker', () => {
  it('gives a component a broker, which ends with it', () => {
    const { broker } = application();
    @Component({ selector: 'chat-room', template: '', providers: [provideScopedMessageBroker({ logDeadLetters: false })] })
    class ChatRoom {
      readonly broker = injectMessageBroker();
    }
    const fixtures = [TestBed.createComponent(ChatRoom), TestBed.createComponent(ChatRoom)];
    const [first, second] = fixtures.map(({ componentInstance }) => componentInstance.broker);
    expect(new Set([broker, first, second]).size).toBe(3);
    fixtures[0]!.destroy();
    expect(first!.trySend(id, 0)).toMatchObject({ code: 'BrokerClosed' });
    expect(second!.trySend(id, 0)).toMatchObject({ code: 'ActorNotFound' });
  });
});
