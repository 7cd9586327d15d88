import { EMPTY, Observable, Subject, asyncScheduler, auditTime, filter, groupBy, map, merge, mergeMap, take, takeUntil, tap, timer } from 'rxjs';
import type { DeskEngine } from '../desk-engine';
import { CALM, changed } from '../load';
import { OPENING, QUOTE_TIME } from '../market';
import { type AuditEntry, type Order, type Price, type Ticker, SYMBOLS } from '../messages';
import { isWithinLimit } from '../order-book';
import type { OrderDeskOptions } from '../order-desk';
import { OrderLedger } from '../order-ledger';
import { paced } from '../paced';
import { priceWalk } from '../price-walk';
import { randomDraft } from '../random-draft';
import { RISK_CHECKS, checkRisk } from '../risk-service';
import { seededRandom } from '../seeded-random';
import { CHANGE_OF_MIND, FICKLE } from '../traders';
import { askRisk } from './ask-risk';
import { Stage } from './stage';
import { type Answer, type Question, SubjectBus } from './subject-bus';

/**
 * The same desk on Subjects alone, as it is often written. On a calm day nothing distinguishes the two.
 *
 * The first risk check that fails ends the subscription of the risk service. Nobody is told. From then on each order waits for a verdict that
 * never comes, the first four hold all places of the desk, and what `mergeMap` holds back for them grows without bound.
 */
export function openSubjectDesk({ scheduler = asyncScheduler, random = seededRandom(1), load: first = {}, prices = OPENING }: OrderDeskOptions = {}): DeskEngine {
  let load = changed(CALM, first);
  let lastQuestion = 0;
  const surroundings = { scheduler, random, load: () => load };
  const openedAt = scheduler.now();
  const ledger = new OrderLedger();
  const bus = new SubjectBus();
  const newest = new Map<Ticker, Price>(prices.map((price) => [price.symbol, price]));
  const ask = askRisk.bind(undefined, bus, () => ++lastQuestion);

  const closing$ = new Subject<void>();
  const isCancelled = ({ id }: Order): Observable<unknown> => bus.cancellations$.pipe(filter(({ orderId }) => orderId === id));

  // `auditTime` drops what is too much. It is the only overflow that a bus has, and right for prices.
  const quotes$ = bus.quotes$.pipe(
    groupBy(({ symbol }) => symbol),
    mergeMap((ofSymbol$) => ofSymbol$.pipe(auditTime(QUOTE_TIME, scheduler))),
  );
  quotes$.subscribe((price) => newest.set(price.symbol, price));
  bus.cancellations$.subscribe(({ orderId }) => {
    if (ledger.isOpen(orderId)) ledger.end(orderId, 'cancelled');
  });
  const stages = [
    new Stage('desk', bus.orders$, judge, load.concurrency),
    new Stage('risk', bus.questions$, answer, RISK_CHECKS, (verdict) => bus.verdicts$.next(verdict)),
    new Stage('book', bus.executions$, execute, 1),
    new Stage('audit', bus.entries$, () => timer(1_000 / load.auditRate, scheduler), 1),
  ];

  function judge(order: Order): Observable<unknown> {
    if (!ledger.isOpen(order.id)) return EMPTY;
    const judged$ = ask(order).pipe(
      tap(({ isApproved }) => {
        if (isApproved) bus.executions$.next(order);
        else end(order, 'refused');
      }),
    );
    return judged$.pipe(takeUntil(isCancelled(order)));
  }

  function answer({ id, draft }: Question): Observable<Answer> {
    return checkRisk(draft, surroundings).pipe(map(({ isApproved }) => ({ id, isApproved })));
  }

  function execute(order: Order): Observable<never> {
    if (!ledger.isOpen(order.id)) return EMPTY;
    const { cents } = newest.get(order.symbol)!;
    if (isWithinLimit(order, cents)) end(order, 'filled', cents);
    else end(order, 'moved');
    return EMPTY;
  }

  function end({ id }: Order, how: AuditEntry['end'], cents?: number): void {
    ledger.end(id, how, cents);
    bus.entries$.next({ orderId: id, end: how });
  }

  /** Emits nothing, and changes its mind now and then. */
  function trade(): Observable<unknown> {
    const order = ledger.open(randomDraft(random, (symbol) => newest.get(symbol)!));
    bus.orders$.next(order);
    return random() < FICKLE ? timer(CHANGE_OF_MIND, scheduler).pipe(tap(() => bus.cancellations$.next({ orderId: order.id }))) : EMPTY;
  }

  const nextPrice = priceWalk(prices, random);
  const feed$ = paced(() => load.feedRate, scheduler).pipe(tap(() => bus.quotes$.next(nextPrice())));
  const traders$ = paced(() => load.orderRate, scheduler).pipe(mergeMap(trade));
  merge(feed$, traders$).pipe(takeUntil(closing$)).subscribe();

  return {
    get load() {
      return load;
    },
    setLoad(change) {
      load = changed(load, change);
    },
    endings$: ledger.endings$,
    place: (draft) =>
      new Observable((subscriber) => {
        const order = ledger.open(draft);
        const ended$ = ledger.endings$.pipe(filter((ended) => ended.order === order));
        subscriber.add(ended$.pipe(take(1)).subscribe(subscriber));
        bus.orders$.next(order);
      }),
    check: ask,
    // What a bus loses leaves no trace, so there is nothing to send again.
    deadLetters: () => [],
    redeliver: () => undefined,
    snapshot: () => ({
      at: scheduler.now() - openedAt,
      load,
      actors: stages.map((stage) => stage.counts()),
      orders: ledger.counts(),
      prices: SYMBOLS.map((symbol) => newest.get(symbol)!),
      parked: 0,
      redelivered: 0,
    }),
    close() {
      closing$.next();
      for (const stage of stages) stage.close();
      ledger.endAll('lost');
      return Promise.resolve();
    },
  };
}
