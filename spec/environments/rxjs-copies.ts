import { type Observer, type Subscription, Observable, config, observable, take } from 'rxjs';
import * as rxjs6 from 'rxjs6';
import { take as take6 } from 'rxjs6/operators';
import * as rxjs5 from 'rxjs5';

// RxJS 5 gives `Symbol` this property when it is loaded. Modules that are loaded later would take it for a part of the language.
delete (Symbol as { observable?: symbol }).observable;

/** What a stream does when it is subscribed to. */
export type Produce = (observer: Observer<any> & { readonly closed?: boolean }) => (() => void) | void;

/** A copy of RxJS, or a library like it, that users have beside the broker's own. */
export interface RxjsCopy {
  readonly name: string;
  /** A stream of this copy. */
  create(produce: Produce): any;
  /** Subscribes to a stream of ours as this copy's `from` does; `most`: by its own `take`. */
  listen(stream: Observable<unknown>, observer: Partial<Observer<unknown>>, most?: number): { unsubscribe(): void };
}

/** The copy that the broker itself uses. */
export const rxjs7: RxjsCopy = {
  name: 'RxJS 7',
  create: (produce) => new Observable(produce),
  listen: (stream, observer, most = Infinity) => stream.pipe(take(most)).subscribe(observer),
};

function returnThis(this: unknown): unknown {
  return this;
}

/** A library that calls each observer through what `passOn` makes of it. */
function library(name: string, passOn: <T extends object>(observer: T) => T): RxjsCopy {
  const subscribe = (stream: Observable<unknown>, observer: Observer<unknown>): Subscription => {
    const passed = passOn(observer);
    const own: Observer<unknown> = { next: (value) => passed.next(value), error: (error) => passed.error(error), complete: () => passed.complete() };
    return stream.subscribe(passOn(own));
  };
  const create = (produce: Produce): any => {
    const stream: object = {
      [observable]: returnThis,
      subscribe: (observer: Observer<unknown>) => subscribe(new Observable(produce), observer),
      lift: (operator: (this: unknown, source: unknown) => void) => new Observable((subscriber) => operator.call(subscriber, stream)),
    };
    return stream;
  };
  const listen: RxjsCopy['listen'] = (stream, observer, most) =>
    rxjs7.listen(new Observable((subscriber) => subscribe(stream, subscriber)), observer, most);
  return { name, create, listen };
}

export const OTHER_COPIES: readonly RxjsCopy[] = [
  {
    name: 'RxJS 6',
    create: (produce) => new rxjs6.Observable(produce),
    listen: (stream, observer, most = Infinity) => rxjs6.from(stream).pipe(take6(most)).subscribe(observer as Observer<unknown>),
  },
  {
    name: 'RxJS 5',
    // Its own `Symbol.observable` is that of RxJS 7 only where RxJS 5 is loaded first.
    create: (produce) => Object.assign(new rxjs5.Observable(produce as never), { [observable]: returnThis }),
    listen: (stream, observer, most = Infinity) =>
      new rxjs5.Observable((subscriber) => stream.subscribe(subscriber as never)).take(most).subscribe(observer as never),
  },
  library('a library that calls observers through derived objects', (observer) => Object.create(observer)),
  library('a library that calls observers through Proxies', (observer) => new Proxy(observer, {})),
];

/** Whether RxJS 7 calls observers as RxJS 6 does, through an object derived from them. */
export function deriveObservers(does: boolean): void {
  // eslint-disable-next-line @typescript-eslint/no-deprecated -- code that is deprecated is what users have
  config.useDeprecatedNextContext = does;
}
