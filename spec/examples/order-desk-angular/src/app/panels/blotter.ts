import { ChangeDetectionStrategy, Component, computed, linkedSignal, signal } from '@angular/core';
import { MatButton } from '@angular/material/button';
import { injectTopic } from 'rx-broker/angular';
import type { EndedOrder } from '../../../../order-desk/order-ledger';
import { CountPipe } from '../count';
import { MoneyPipe } from '../money';
import { endedOrders } from '../trading/trading';

/** The orders that have ended, newest first. It can be held, to be read. */
@Component({
  selector: 'order-blotter',
  changeDetection: ChangeDetectionStrategy.OnPush,
  imports: [CountPipe, MatButton, MoneyPipe],
  template: `
    <div class="head">
      <h2>Blotter</h2>
      <button matButton type="button" [attr.aria-pressed]="isHeld()" (click)="isHeld.set(!isHeld())">{{ isHeld() ? 'Go on' : 'Hold' }}</button>
    </div>
    <table>
      <caption class="only-read">The orders that ended last, newest first</caption>
      <thead>
        <tr>
          <th scope="col" class="number">Order</th>
          <th scope="col">Side</th>
          <th scope="col">Symbol</th>
          <th scope="col" class="number">Shares</th>
          <th scope="col" class="number limit">Limit</th>
          <th scope="col" class="number price">Price</th>
          <th scope="col">Result</th>
        </tr>
      </thead>
      <tbody>
        @for (row of rows(); track $index) {
          <tr>
            <td class="number quiet">{{ row.order.id | count }}</td>
            <td>{{ row.order.side }}</td>
            <td class="symbol">{{ row.order.symbol }}</td>
            <td class="number">{{ row.order.quantity }}</td>
            <td class="number quiet limit">{{ row.order.limit | money }}</td>
            <td class="number price">{{ row.cents === undefined ? '–' : (row.cents | money) }}</td>
            <td><span class="end" [attr.data-end]="row.end">{{ row.end }}</span></td>
          </tr>
        } @empty {
          <tr><td colspan="7" class="quiet none">No order has ended yet.</td></tr>
        }
      </tbody>
    </table>
  `,
  styles: `
    :host {
      min-height: 570px;
      container-type: inline-size;
    }
    table {
      width: 100%;
      border-collapse: collapse;
      font-variant-numeric: tabular-nums;
    }
    th,
    td {
      height: 34px;
      padding: 0 clamp(3px, 1.2cqi, 16px);
      white-space: nowrap;
    }
    thead th {
      height: 28px;
      text-align: start;
    }
    tbody tr {
      border-top: 1px solid var(--mat-sys-outline-variant);
    }
    .number,
    thead .number {
      text-align: end;
    }
    .symbol {
      font-weight: 600;
      letter-spacing: 0.02em;
    }
    .none {
      text-align: center;
    }
    .end {
      display: inline-block;
      min-width: 6em;
    }
    .end::before {
      content: '';
      display: inline-block;
      width: 8px;
      height: 8px;
      margin-right: 8px;
      border-radius: 2px;
      background: var(--end, var(--warn));
    }
    [data-end='filled'] {
      --end: var(--good);
    }
    [data-end='cancelled'] {
      --end: var(--mat-sys-outline);
    }
    [data-end='lost'] {
      --end: var(--bad);
    }
    @container (min-width: 700px) {
      td {
        height: 38px;
      }
    }
    @container (max-width: 440px) {
      table {
        font-size: 0.8125rem;
      }
      .limit {
        display: none;
      }
      .end {
        min-width: 0;
      }
      .end::before {
        margin-right: 5px;
      }
    }
    /* Room for an order of six digits, ten thousand shares and a price above a thousand. */
    @container (max-width: 400px) {
      table {
        font-size: 0.75rem;
      }
      th,
      td {
        padding: 0 2px;
      }
      thead th {
        font-size: 0.6875rem;
      }
      .end::before {
        display: none;
      }
    }
    @container (max-width: 300px) {
      .price {
        display: none;
      }
    }
  `,
})
export class Blotter {
  readonly isHeld = signal(false);
  readonly #ended = injectTopic(endedOrders, { requireSync: true });
  readonly #shown = linkedSignal<readonly EndedOrder[] | undefined, readonly EndedOrder[]>({
    source: () => (this.isHeld() ? undefined : this.#ended().newest),
    computation: (newest, previous) => newest ?? previous?.value ?? [],
  });
  readonly rows = computed(() => [...this.#shown()].reverse());
}
