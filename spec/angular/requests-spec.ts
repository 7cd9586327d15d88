import { ApplicationRef, Component, EnvironmentInjector, Input, type ResourceRef, TransferState, createEnvironmentInjector, makeStateKey, signal } from '@angular/core';
import { TestBed } from '@angular/core/testing';
import { SendError, actorId, message, protocol } from 'rx-broker';
import { type InjectRequestOptions, injectRequest } from 'rx-broker/angular';
import { NEVER, Subject, finalize } from 'rxjs';
import { describe, expect, expectTypeOf, it } from 'vitest';
import { application, inContext } from './setup';

const Search = protocol('search', { find: message<{ text: string }, string[]>(), count: message<void, number>() });
const search = actorId(Search);

/** A resource on the actor `search`, whose `find` answers with what `answer` gives. */
function asking(answer: (text: string, stopped: (text: string) => void) => unknown, options: InjectRequestOptions<any> = {}) {
  const { broker, tick } = application();
  const asked: string[] = [];
  const stopped: string[] = [];
  broker.spawn(search, Search, {
    find: ({ text }) => {
      asked.push(text);
      return answer(text, (which) => stopped.push(which)) as string[];
    },
    count: () => asked.length,
  }, { concurrency: 10 });
  const text = signal<string | undefined>(undefined);
  const found = inContext(() =>
    injectRequest(search, () => {
      const wanted = text();
      return wanted === undefined ? undefined : Search.find({ text: wanted });
    }, options),
  );
  const settle = async (): Promise<void> => {
    tick();
    await new Promise((resolve) => setTimeout(resolve));
  };
  return { broker, asked, stopped, text, found, settle };
}

describe('injectRequest', () => {
  it('is idle without a message, sends the message that comes, and has the reply', async () => {
    const { asked, text, found, settle } = asking((wanted) => [wanted]);
    await settle();
    expect([found.status(), found.hasValue(), asked]).toEqual(['idle', false, []]);
    text.set('a');
    await settle();
    expect([found.status(), found.hasValue() && found.value(), asked]).toEqual(['resolved', ['a'], ['a']]);
    text.set(undefined);
    await settle();
    expect([found.status(), found.value()]).toEqual(['idle', undefined]);
  });

  it('cancels the open request when the message changes, and when its injector is destroyed (S3)', async () => {
    const { asked, stopped, text, settle } = asking((wanted, stop) => NEVER.pipe(finalize(() => stop(wanted))));
    text.set('a');
    await settle();
    text.set('b');
    await settle();
    expect([asked, stopped]).toEqual([['a', 'b'], ['a']]);
    TestBed.resetTestingModule();
    expect(stopped).toEqual(['a', 'b']);
  });

  it('cancels the open request when there is no message any more (S3)', async () => {
    const { broker, stopped, text, found, settle } = asking((wanted, stop) => NEVER.pipe(finalize(() => stop(wanted))));
    text.set('a');
    await settle();
    text.set(undefined);
    await settle();
    expect([found.status(), stopped, broker.metrics().openRequests]).toEqual(['idle', ['a'], 0]);
    text.set('b');
    await settle();
    expect([found.status(), broker.metrics().openRequests]).toEqual(['loading', 1]);
  });

  it('cancels a request whose handler destroys its injector (S3)', async () => {
    const { broker, settle } = asking(() => {
      child.destroy();
      return NEVER;
    });
    const child = createEnvironmentInjector([], TestBed.inject(EnvironmentInjector));
    injectRequest(search, () => Search.find({ text: 'a' }), { injector: child });
    await settle();
    expect(broker.metrics().openRequests).toBe(0);
  });

  it('refuses an unknown option with all that it takes, and a message that is no function', () => {
    application();
    expect(() => inContext(() => injectRequest(search, () => undefined, { equals: Object.is } as object))).toThrow(/unknown option 'equals', did you mean 'equal'\?.*'timeout', 'injector', 'defaultValue', 'equal', 'transferKey'/);
    expect(() => inContext(() => injectRequest(search, () => undefined, { signal: AbortSignal.abort() } as object))).toThrow("unknown option 'signal'");
    expect(() => inContext(() => injectRequest(search, Search.count() as never))).toThrow('message must be a function, got an object');
  });

  it('shows each value of a stream', async () => {
    const later = new Subject<string[]>();
    const { text, found, settle } = asking(() => later);
    text.set('a');
    await settle();
    expect(found.status()).toBe('loading');
    for (const value of [['1'], ['1', '2']]) {
      later.next(value);
      await settle();
      expect([found.status(), found.value()]).toEqual(['resolved', value]);
    }
  });

  it('has the SendError of the broker, and the error of the handler, unchanged; value() throws then', async () => {
    const failure = new Error('no index');
    const { broker, text, found, settle } = asking(() => {
      throw failure;
    });
    text.set('a');
    await settle();
    expect([found.status(), found.hasValue()]).toEqual(['error', false]);
    expect(found.error()).toBe(failure);
    expect(() => found.value()).toThrow('no index');
    broker.unregister(search);
    found.reload();
    await settle();
    expect(found.error()).toBeInstanceOf(SendError);
    expect(found.error()).toMatchObject({ code: 'ActorNotFound', actorId: 'search', started: false });
  });

  it('passes timeout and priority on, and has a default value and an equality', async () => {
    const reply = ['a'];
    const { broker, text, found, settle } = asking((wanted) => (wanted === 'slow' ? NEVER : [...reply]), { timeout: 1, priority: 'high', defaultValue: [], equal: (a: any, b: any) => a[0] === b[0] });
    const priorities: string[] = [];
    broker.events$.subscribe((event) => event.kind === 'sent' && priorities.push(event.priority));
    expect(found.value()).toEqual([]);
    text.set('a');
    await settle();
    const first = found.value();
    found.reload();
    await settle();
    expect(found.value()).toBe(first);
    text.set('slow');
    await settle();
    await new Promise((resolve) => setTimeout(resolve, 20));
    expect(found.error()).toMatchObject({ code: 'Timeout' });
    expect(priorities).toEqual(['high', 'high', 'high']);
  });

  it('reads the inputs of its component, which are set after it was made', async () => {
    const { broker } = application();
    broker.spawn(search, Search, { find: ({ text }) => [`${text}!`], count: () => 0 });
    @Component({ selector: 'result-list', template: '@if (found.hasValue()) { {{ found.value()[0] }} } @else { none }' })
    class Results {
      readonly text = signal('');
      @Input({ required: true }) set wanted(text: string) {
        this.text.set(text);
      }
      readonly found = injectRequest(search, () => Search.find({ text: this.text() }));
    }
    const fixture = TestBed.createComponent(Results);
    const element = fixture.nativeElement as HTMLElement;
    fixture.componentRef.setInput('wanted', 'a');
    await fixture.whenStable();
    expect(element.textContent.trim()).toBe('a!');
    fixture.componentRef.setInput('wanted', 'b');
    await fixture.whenStable();
    expect(element.textContent.trim()).toBe('b!');
  });
});

describe('a transferKey in the browser', () => {
  /** What a server has written into the page. */
  const page = (replies: Record<string, unknown>): TransferState => {
    const state = new TransferState();
    for (const [key, reply] of Object.entries(replies)) state.set(makeStateKey(`rx-broker:${key}`), reply);
    return state;
  };

  it('shows the reply of the server in the first rendering, sends nothing for the first message, and sends later ones', async () => {
    const { broker } = application({ provide: TransferState, useValue: page({ found: ['served'] }) });
    const asked: string[] = [];
    broker.spawn(search, Search, {
      find: ({ text }) => {
        asked.push(text);
        return [text];
      },
      count: () => 0,
    });
    @Component({ selector: 'result-list', template: '{{ found.status() }} @if (found.hasValue()) { {{ found.value()[0] }} }' })
    class Results {
      readonly text = signal<string | undefined>(undefined);
      @Input({ required: true }) set wanted(text: string | undefined) {
        this.text.set(text);
      }
      readonly found = injectRequest(search, () => (this.text() === undefined ? undefined : Search.find({ text: this.text()! })), { transferKey: 'found' });
    }
    const fixture = TestBed.createComponent(Results);
    const shown = async (text: string | undefined): Promise<string> => {
      fixture.componentRef.setInput('wanted', text);
      fixture.detectChanges();
      const first = (fixture.nativeElement as HTMLElement).textContent.trim();
      await fixture.whenStable();
      return first;
    };
    expect(await shown(undefined)).toBe('idle');
    expect(await shown('a')).toMatch(/local\s+served/);
    expect(asked).toEqual([]);
    await shown('b');
    expect([asked, fixture.componentInstance.found.value()]).toEqual([['b'], ['b']]);
  });

  it('asks where the server has written nothing under this key, and a second time where it was used', async () => {
    const { broker } = application({ provide: TransferState, useValue: page({ other: 1 }) });
    broker.spawn(search, Search, { find: () => [], count: () => 7 });
    const make = (transferKey: string) => inContext(() => injectRequest(search, () => Search.count(), { transferKey }));
    const [missing, first] = [make('missing'), make('other')];
    await TestBed.inject(ApplicationRef).whenStable();
    const second = make('other');
    await TestBed.inject(ApplicationRef).whenStable();
    expect([missing, first, second].map((resource) => resource.value())).toEqual([7, 1, 7]);
  });
});

// What must compile, and what must not. It is never run.
function types(): void {
  const text = signal('a');
  expectTypeOf(injectRequest(search, () => Search.find({ text: text() }))).toEqualTypeOf<ResourceRef<string[] | undefined>>();
  expectTypeOf(injectRequest(search, () => (text() === '' ? undefined : Search.find({ text: text() })))).toEqualTypeOf<ResourceRef<string[] | undefined>>();
  expectTypeOf(injectRequest(search, () => Search.find({ text: text() }), { defaultValue: [] })).toEqualTypeOf<ResourceRef<string[]>>();
  expectTypeOf(injectRequest(search, () => Search.count(), { timeout: 5 })).toEqualTypeOf<ResourceRef<number | undefined>>();
  const found = injectRequest(search, () => Search.find({ text: 'a' }));
  // @ts-expect-error The value may be undefined.
  void found.value().length;
  if (found.hasValue()) expectTypeOf(found.value()).toEqualTypeOf<string[]>();
  // @ts-expect-error The actor does not accept this message.
  injectRequest(search, () => ({ type: 'other' }));
  // @ts-expect-error The payload is missing.
  injectRequest(search, () => Search.find());
  // @ts-expect-error The default value is no reply.
  injectRequest(search, () => Search.count(), { defaultValue: 'none' });
  // @ts-expect-error The reply is another.
  const wrong: ResourceRef<string | undefined> = injectRequest(search, () => Search.count());
  void wrong;
}
void types;
