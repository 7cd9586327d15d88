import { Component } from '@angular/core';
import { TestBed } from '@angular/core/testing';
import { actorId, message, protocol } from 'rx-broker';
import { injectActor, injectDispatch, injectMessageBroker, injectRequest, provideActor, provideMessageBroker, withInterceptors } from 'rx-broker/angular';
import { injectBrokerProbe, mockActor, provideMessageBrokerTesting } from 'rx-broker/angular/testing';
import { firstValueFrom } from 'rxjs';
import { afterEach, describe, expect, it } from 'vitest';
import './setup';

const Search = protocol('search', { find: message<{ text: string }, string[]>(), clear: message() });
const search = actorId(Search);
const log = actorId<string>('log');

function testing(...providers: Parameters<typeof provideMessageBrokerTesting>) {
  TestBed.configureTestingModule({ providers: [provideMessageBroker({ name: 'application' }), provideMessageBrokerTesting(...providers)] });
  return TestBed.runInInjectionContext(() => injectMessageBroker());
}

/** What the end of the test throws. */
const endOfTest = (): void => void TestBed.resetTestingModule();

afterEach(() => {
  // A spec that has looked at the error of the end has left nothing to end.
  TestBed.resetTestingModule();
});

describe('provideMessageBrokerTesting', () => {
  it('stands for the broker of the application, with options and features', () => {
    let id = '';
    const broker = testing({ name: 'test' }, withInterceptors({ send: () => ({ headers: { by: 'test' } }) }));
    broker.spawn(log, (_line, { envelope }) => void (id = `${envelope.id} ${envelope.headers['by']}`));
    broker.trySend(log, 'x');
    expect(id).toMatch(/^test:message-.* test$/);
  });

  it('fails the test for a dead letter that it did not expect, and names it', () => {
    const broker = testing({ onError: () => {} });
    broker.trySend(log, 'lost');
    broker.spawn(log, () => {
      throw new Error('broken');
    });
    broker.trySend(log, 'bad');
    expect(endOfTest).toThrow(/did not expect these dead letters: "lost" to 'log': ActorNotFound, "bad" to 'log': HandlerFailed \(Error: broken\)\./);
    expect(broker.trySend(log, 'x')).toMatchObject({ code: 'BrokerClosed' });
  });

  it('fails no test for letters that were expected, were asked for, or come of its end', async () => {
    const broker = testing();
    broker.trySend(log, 'lost');
    broker.trySend(log, 'lost');
    const probe = injectBrokerProbe();
    expect(probe.expectDeadLetter({ message: 'lost' })).toMatchObject({ reason: 'ActorNotFound' });
    expect(probe.expectDeadLetter(({ target }) => target === log)).toMatchObject({ message: 'lost' });
    expect(() => probe.expectDeadLetter({ message: 'lost' })).toThrow('expected a dead letter, saw none');
    await expect(firstValueFrom(broker.send(log, 'asked'))).rejects.toThrow();
    broker.spawn(log, () => new Promise(() => {}));
    for (const line of ['runs', 'queued']) broker.trySend(log, line);
    expect(endOfTest).not.toThrow();
  });

  it('shows the letters that there are where the expected one is missing', () => {
    const broker = testing();
    broker.trySend(log, 'lost');
    expect(() => injectBrokerProbe().expectDeadLetter({ reason: 'Timeout' })).toThrow(`saw "lost" to 'log': ActorNotFound`);
    expect(endOfTest).toThrow('did not expect');
  });
});

describe('injectBrokerProbe', () => {
  it('has recorded what a component sent', () => {
    testing();
    @Component({ selector: 'clear-button', template: '<button (click)="dispatch.clear()">clear</button>' })
    class ClearButton {
      readonly dispatch = injectDispatch(search, Search);
    }
    mockActor(search, Search, { clear: () => {} });
    const fixture = TestBed.createComponent(ClearButton);
    (fixture.nativeElement as HTMLElement).querySelector('button')!.click();
    expect(injectBrokerProbe().expectMessage(search, Search.clear())).toEqual({ type: 'search.clear' });
    expect(injectBrokerProbe().assertSent(search, 1)).toBe(true);
  });

  it('says that the order of the providers is wrong', () => {
    TestBed.configureTestingModule({ providers: [provideMessageBrokerTesting(), provideMessageBroker()] });
    expect(() => injectBrokerProbe()).toThrow('provideMessageBrokerTesting() must come after provideMessageBroker()');
  });

  it('says what is missing without provideMessageBrokerTesting', () => {
    TestBed.configureTestingModule({ providers: [provideMessageBroker()] });
    expect(() => injectBrokerProbe()).toThrow('provideMessageBrokerTesting()');
  });
});

describe('mockActor', () => {
  it('answers a component, and has the messages', async () => {
    testing();
    const mock = mockActor(search, Search, { find: ({ text }) => [`${text}!`] });
    @Component({ selector: 'search-page', template: '@if (found.hasValue()) { {{ found.value()[0] }} }' })
    class SearchPage {
      readonly found = injectRequest(search, () => Search.find({ text: 'rx' }));
    }
    const fixture = TestBed.createComponent(SearchPage);
    await fixture.whenStable();
    expect((fixture.nativeElement as HTMLElement).textContent.trim()).toBe('rx!');
    expect(mock.messages).toEqual([Search.find({ text: 'rx' })]);
  });

  it('takes the place of the actor of the application', async () => {
    TestBed.configureTestingModule({ providers: [provideMessageBrokerTesting(), provideActor(search, Search, () => ({ find: () => ['real'], clear: () => {} }))] });
    const { ref } = mockActor(search, Search, { find: () => ['mock'] });
    expect(await firstValueFrom(ref.send(Search.find({ text: '' })))).toEqual(['mock']);
  });

  it('fails a message that it has no handler for', () => {
    testing();
    mockActor(search, Search, {}).ref.trySend(Search.clear());
    expect(endOfTest).toThrow(`{"type":"search.clear"} to 'search': Unhandled`);
  });
});

// What must not compile. It is never run.
function mistakes(): void {
  // @ts-expect-error The reply is no text.
  mockActor(search, Search, { find: () => 'text' });
  // @ts-expect-error The protocol has no such message.
  mockActor(search, Search, { finds: () => [] });
  // @ts-expect-error The actor takes other messages.
  mockActor(log, Search, {});
  // @ts-expect-error A handler is missing.
  provideActor(search, Search, () => ({ clear: () => {} }));
  // @ts-expect-error The reply is no text.
  provideActor(search, Search, () => ({ find: () => 'text', clear: () => {} }));
  // @ts-expect-error The actor takes other messages.
  provideActor(log, Search, () => ({ find: () => [], clear: () => {} }));
  void injectActor;
}
void mistakes;
