import { DestroyRef, Injectable, afterNextRender, inject } from '@angular/core';
import { injectState } from 'rx-broker/angular';
import { type Subscription, interval } from 'rxjs';
import type { DeskEngine } from '../../../../order-desk/desk-engine';
import { openOrderDesk } from '../../../../order-desk/order-desk';
import { quotesAt } from '../../../../order-desk/quote-board';
import { openSubjectDesk } from '../../../../order-desk/subject-desk/open-subject-desk';
import { IDLE, stateOf } from './desk-state';
import { OPENING_QUOTES } from './opening-quotes';
import { RecentOrders } from './recent-orders';
import { type EngineKind, FIRST_LOAD, deskState, endedOrders, quotes } from './trading';

/** Milliseconds between two looks at the desk. Nobody reads numbers that change faster. */
const FRAME = 100;
/** Frames between two samples of the prices for their lines, and between two looks at the ended orders. */
const SAMPLE = 5;
const ENDED = 3;

/** The desk that runs in this browser, and the topics that show it. On a server none runs. */
@Injectable({ providedIn: 'root' })
export class RunningDesk {
  readonly #quotes = injectState(quotes, inject(OPENING_QUOTES));
  readonly #state = injectState(deskState, IDLE);
  readonly #ended = injectState(endedOrders, { newest: [], inTenSeconds: [] });
  readonly #recent = new RecentOrders();
  #running?: { readonly engine: DeskEngine; readonly kind: EngineKind; readonly watching: Subscription };

  constructor() {
    // Until then the page is what the server has rendered.
    afterNextRender(() => this.run('rx-broker'));
    inject(DestroyRef).onDestroy(() => this.#stop());
  }

  get engine(): DeskEngine | undefined {
    return this.#running?.engine;
  }

  /** @throws {Error} on a server, and in a browser before the first rendering. */
  opened(): DeskEngine {
    if (this.engine === undefined) throw new Error('the desk is not open yet');
    return this.engine;
  }

  /** Ends the desk that runs, and opens one on this. It begins with the prices and the load of the other one. */
  run(kind: EngineKind): void {
    if (kind === this.#running?.kind) return;
    const load = this.engine?.load ?? FIRST_LOAD;
    this.#stop();
    const open = kind === 'rx-broker' ? openOrderDesk : openSubjectDesk;
    const engine = open({ load, prices: this.#quotes(), random: Math.random });
    this.#recent.clear();
    const watching = engine.endings$.subscribe((ended) => this.#recent.add(ended));
    watching.add(interval(FRAME).subscribe((frame) => this.#show(frame)));
    this.#running = { engine, kind, watching };
    this.#show(0);
  }

  #show(frame: number): void {
    if (this.#running === undefined) return;
    const { engine, kind } = this.#running;
    const snapshot = engine.snapshot();
    this.#quotes.update((shown) => quotesAt(shown, snapshot.prices, frame % SAMPLE === 0));
    this.#state.set(stateOf(kind, snapshot, engine.deadLetters()));
    if (frame % ENDED === 0) this.#ended.set(this.#recent.ended());
  }

  #stop(): void {
    this.#running?.watching.unsubscribe();
    void this.#running?.engine.close();
    this.#running = undefined;
  }
}
