import { type MessageBroker, SendError } from 'rx-broker';
import { type Observable, Subject, catchError, defer, filter, first, firstValueFrom, interval, map, merge, mergeMap, of, startWith, takeUntil, timer } from 'rxjs';
import type { End, Journal } from './journal';
import { DEPOTS, Depot, type DepotName, type Receipt, depotOf } from './messages';

/** Milliseconds between two parcels for the same depot. */
const PACE = 10;
/** Milliseconds that a depot takes for a parcel. */
const WORK = 5;
/** Parcels that a depot takes at once. */
const HANDS = 64;
/** The most requests of a depot that are open at once. */
const MOST_OPEN = 1_000;
/** Milliseconds that a request may take: longer than any outage of the script. */
const PATIENCE = 30_000;

/** What a depot has done so far. */
export interface DepotCounts {
  readonly sent: number;
  readonly ok: number;
  readonly failed: number;
  readonly unknown: number;
  readonly open: number;
  readonly handled: number;
}

export interface OpenDepot {
  counts(): DepotCounts;
  /** The milliseconds of the slowest answer since the last call. */
  takeSlowest(): number;
  /** Sends parcels, from the moment that it knows the other depots. */
  begin(): void;
  /** Sends no further parcel. Resolves when every request has ended. */
  stop(): Promise<void>;
}

/**
 * Opens a depot on a node: it takes parcels, and sends parcels to the other depots when it is told to begin. `label` tells its parcels from those
 * of its earlier lives.
 */
export async function openDepot(broker: MessageBroker, name: DepotName, label: string, journal: Journal): Promise<OpenDepot> {
  const counts = { sent: 0, ok: 0, failed: 0, unknown: 0, open: 0, handled: 0 };
  let slowest = 0;
  const stopped$ = new Subject<void>();
  const ended$ = new Subject<void>();

  const take = ({ parcel }: { readonly parcel: string }): Observable<Receipt> => {
    journal.write({ kind: 'handled', parcel });
    counts.handled++;
    return timer(WORK).pipe(map(() => ({ parcel, node: label })));
  };
  await broker.spawn(depotOf(name), Depot, { take }, { concurrency: HANDS }).ready;

  /** Sends a parcel, and emits how that ended. */
  function send(to: DepotName): Observable<End> {
    return defer(() => {
      const parcel = `${label}/${++counts.sent}`;
      const sentAt = performance.now();
      counts.open++;
      // Written before it is sent: no request is forgotten, even if this process is killed in the next instant.
      journal.write({ kind: 'sent', parcel, to });
      return broker.send(depotOf(to), Depot.take({ parcel }), { timeout: PATIENCE }).pipe(
        map((receipt) => endOf(receipt, parcel)),
        catchError((error: unknown) => of(failureOf(error))),
        map((end) => {
          journal.write({ kind: 'ended', parcel, end });
          if (end.kind === 'ok') slowest = Math.max(slowest, performance.now() - sentAt);
          return end;
        }),
      );
    });
  }

  const others = DEPOTS.filter((other) => other !== name);
  const hasRoom = (): boolean => counts.open < MOST_OPEN;
  // News of the other depots take a moment to come. A parcel that is sent before would find nobody.
  const areKnown$ = interval(PACE).pipe(first(() => others.every((other) => broker.isRegistered(depotOf(other)))));
  const paces$ = merge(...others.map((to) => interval(PACE).pipe(filter(hasRoom), map(() => to))));
  const due$ = areKnown$.pipe(mergeMap(() => paces$), takeUntil(stopped$));
  // When the depot stops, requests that are open go on.
  const ends$ = due$.pipe(mergeMap(send));

  return {
    counts: () => ({ ...counts }),
    takeSlowest() {
      const taken = slowest;
      slowest = 0;
      return taken;
    },
    begin() {
      ends$.subscribe((end) => {
        counts.open--;
        if (end.kind === 'ok') counts.ok++;
        else if (end.kind === 'failed' && end.started === 'unknown') counts.unknown++;
        else counts.failed++;
        ended$.next();
      });
    },
    async stop() {
      stopped$.next();
      await firstValueFrom(ended$.pipe(startWith(undefined), filter(() => counts.open === 0)));
    },
  };
}

function endOf(receipt: Receipt, parcel: string): End {
  return receipt.parcel === parcel ? { kind: 'ok' } : { kind: 'wrong', text: `the receipt of ${receipt.parcel}` };
}

function failureOf(error: unknown): End {
  return error instanceof SendError ? { kind: 'failed', code: error.code, started: error.started } : { kind: 'wrong', text: String(error) };
}
