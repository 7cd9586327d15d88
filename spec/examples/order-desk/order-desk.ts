import { type DeadLetter, type MessageBroker, type MessageOf, type Redelivery, DeadLetterQueue, InMemoryMessageBroker, Mailbox } from 'rx-broker';
import { type Observable, type SchedulerLike, Subject, asyncScheduler, endWith, filter, firstValueFrom, merge, switchMap, takeUntil, timer } from 'rxjs';
import { ActorCounter } from './actor-counts';
import { auditHandlers } from './audit-service';
import { deskHandlers } from './desk-handlers';
import { type DeskReport, reportOf } from './desk-report';
import type { DeskEngine } from './desk-engine';
import type { DeskSnapshot } from './desk-snapshot';
import { type Load, CALM, changed } from './load';
import { openMarket } from './market';
import { type Price, Audit, Book, Desk, Risk, SYMBOLS, audit, book, desk, isPlacing, risk } from './messages';
import { bookHandlers } from './order-book';
import { OrderLedger } from './order-ledger';
import { placeOrder } from './place-order';
import { redeliverPaced } from './redeliver-paced';
import { RISK_CHECKS, riskHandlers } from './risk-service';
import { seededRandom } from './seeded-random';
import { trade } from './traders';

const CAPACITY = { desk: 64, risk: 16, book: 16, audit: 32 } as const;
/** Milliseconds that orders have to end when the desk closes. */
const DRAIN = 10_000;

export interface OrderDeskOptions {
  /** Gives the time. Default: real time. */
  readonly scheduler?: SchedulerLike;
  /** Numbers from 0 to 1 (exclusive). Default: the same row of numbers for each desk. */
  readonly random?: () => number;
  /** Changes of the calm load, to begin with. */
  readonly load?: Partial<Load>;
  /** The prices to begin with. Default: 100.00 each. */
  readonly prices?: readonly Price[];
}

export interface OrderDesk extends DeskEngine {
  /** The brokers, to look at. */
  readonly brokers: { readonly market: MessageBroker; readonly desk: MessageBroker };
  /** When it was opened, by the scheduler. */
  readonly openedAt: number;
  snapshot(): DeskSnapshot;
  /** Every dead letter of the desk. Those of the market, which are old prices, are only counted. */
  readonly letters$: Observable<DeadLetter>;
  /** Places no more orders, waits until the others have ended, and closes. What is still open after 10 s is lost. */
  close(): Promise<DeskReport>;
}

/** Opens a desk where traders place orders. Prices come, a risk service is asked, a book fills orders, and an audit service writes it all down. */
export function openOrderDesk({ scheduler = asyncScheduler, random = seededRandom(1), load: first = {}, prices }: OrderDeskOptions = {}): OrderDesk {
  let load = changed(CALM, first);
  const surroundings = { scheduler, random, load: () => load };
  const openedAt = scheduler.now();
  const ledger = new OrderLedger();
  const seen = { overtaken: 0, redelivered: 0, audited: 0, newestOrder: 0 };

  const market = openMarket(surroundings, prices);
  const letters = new DeadLetterQueue({ capacity: 10_000 });
  // A turn that fails is a dead letter with its error. So there is nothing to log.
  const broker = new InMemoryMessageBroker({ name: 'desk', scheduler, turnTimes: true, onError: () => undefined }).withDeadLetterQueue(letters);

  const risks = Mailbox.bounded<MessageOf<typeof Risk>>(CAPACITY.risk, { concurrency: RISK_CHECKS });
  risks.receive(Risk, riskHandlers(surroundings));
  broker.register(risk, risks);

  const books = Mailbox.bounded<MessageOf<typeof Book>>(CAPACITY.book, { overflow: 'block' });
  books.receive(Book, bookHandlers(ledger, market.price));
  broker.register(book, books);

  const audits = Mailbox.bounded<MessageOf<typeof Audit>>(CAPACITY.audit, { overflow: 'block' });
  audits.receive(Audit, auditHandlers(surroundings, () => seen.audited++));
  broker.register(audit, audits);

  const handlers = deskHandlers(ledger, ({ id }, attempt) => {
    // An order that is sent again comes late for another reason.
    if (attempt === 1 && id < seen.newestOrder) seen.overtaken++;
    seen.newestOrder = Math.max(seen.newestOrder, id);
  });
  const openMailbox = (): Mailbox<MessageOf<typeof Desk>> => {
    const mailbox = Mailbox.bounded<MessageOf<typeof Desk>>(CAPACITY.desk, { overflow: load.overflow, concurrency: load.concurrency });
    mailbox.receive(Desk, handlers);
    return mailbox;
  };
  let desks = openMailbox();
  broker.register(desk, desks);

  const mailboxes: readonly (readonly [string, Mailbox])[] = [...market.mailboxes, [desk, desks], [risk, risks], [book, books], [audit, audits]];
  const counters = new Map(mailboxes.map(([name, mailbox]) => [name, new ActorCounter(name, mailbox, scheduler)]));
  merge(market.broker.deadLetters$, broker.deadLetters$).subscribe(({ target = '', reason }) => counters.get(target)?.lost(reason));

  const closing$ = new Subject<void>();
  const traders$ = new Subject<never>();
  let isTrading = true;
  traders$.subscribe({ complete: () => (isTrading = false) });
  trade({ ...surroundings, broker, ledger, priceOf: market.price, until$: closing$ }).subscribe(traders$);
  market.feed$.pipe(takeUntil(closing$)).subscribe();

  const countRedelivery = (): void => void seen.redelivered++;
  const redelivery$ = new Subject<void>();
  const orders = (): Observable<Redelivery> => redeliverPaced(letters, { which: ({ target }) => target === desk, mailbox: () => desks, scheduler });
  redelivery$.pipe(switchMap(orders), takeUntil(closing$)).subscribe(countRedelivery);

  /**
   * A mailbox keeps its overflow and its concurrency for life, so the desk gets a new one. The orders of the old one become dead letters, and
   * are sent again to the new one at once.
   */
  function renewDesk(): void {
    broker.unregister(desk);
    desks = openMailbox();
    counters.get(desk)?.replace(desks);
    broker.register(desk, desks);
    letters.redeliver(({ target, reason }) => target === desk && reason === 'ActorNotFound').subscribe(countRedelivery);
  }

  const isAtRest = (): boolean => !isTrading && [broker.metrics(), market.broker.metrics()].every(({ pending, inFlight }) => pending + inFlight === 0);

  let report: Promise<DeskReport> | undefined;

  async function close(): Promise<DeskReport> {
    const mailboxes = [...market.mailboxes.values(), desks, risks, books, audits];
    const rest$ = merge(traders$.pipe(endWith(true)), ...mailboxes.map(({ idle$ }) => idle$)).pipe(filter(isAtRest));
    const atRest = firstValueFrom(merge(rest$, timer(DRAIN, scheduler)));
    closing$.next();
    await atRest;
    await Promise.all([broker, market.broker].map((each) => each.close({ drain: false })));
    ledger.endAll('lost');
    return reportOf(snapshot());
  }

  function snapshot(): DeskSnapshot {
    const metrics = broker.metrics();
    return {
      at: scheduler.now() - openedAt,
      load,
      actors: [...counters.values()].map((counter) => counter.counts()),
      orders: ledger.counts(),
      prices: SYMBOLS.map((symbol) => market.price(symbol)),
      overtaken: seen.overtaken,
      parked: letters.letters().filter(({ message }) => isPlacing(message) && ledger.isOpen(message.order.id)).length,
      redelivered: seen.redelivered,
      audited: seen.audited,
      waiting: metrics.pending - [desks, risks, books, audits].reduce((sum, { size }) => sum + size, 0),
      market: market.broker.metrics(),
      desk: metrics,
    };
  }

  return {
    brokers: { market: market.broker, desk: broker },
    openedAt,
    get load() {
      return load;
    },
    setLoad(change) {
      const before = load;
      load = changed(load, change);
      const isSame = load.overflow === before.overflow && load.concurrency === before.concurrency;
      if (!isSame && report === undefined) renewDesk();
    },
    snapshot,
    endings$: ledger.endings$,
    letters$: broker.deadLetters$,
    deadLetters: () => letters.letters().filter(({ asked }) => !asked),
    place: (draft) => placeOrder(draft, { broker, ledger }),
    // The order does not exist yet, so it has no number.
    check: (draft) => broker.send(risk, Risk.check({ order: { id: 0, ...draft } })),
    redeliver: () => redelivery$.next(),
    close: () => (report ??= close()),
  };
}
