import { ChangeDetectionStrategy, Component } from '@angular/core';
import { Blotter } from '../panels/blotter';
import { BreakIt } from '../panels/break-it';
import { DeadLetters } from '../panels/dead-letters';
import { OrderBook } from '../panels/order-book';
import { OrderEntry } from '../panels/order-entry';
import { Prices } from '../panels/prices';

@Component({
  selector: 'trade-page',
  changeDetection: ChangeDetectionStrategy.OnPush,
  imports: [Prices, OrderEntry, OrderBook, Blotter, BreakIt, DeadLetters],
  template: `
    <h1 class="only-read">Trade</h1>
    <price-tiles />
    <div class="left">
      <order-entry class="panel" />
      <order-book class="panel" />
    </div>
    <order-blotter class="panel" />
    <div class="right">
      <break-it class="panel" />
      <dead-letters class="panel" />
    </div>
  `,
  styles: `
    :host {
      display: grid;
      gap: 16px;
      grid-template-columns: minmax(0, 320px) minmax(0, 1fr) minmax(0, 380px);
      align-items: stretch;
    }
    price-tiles {
      grid-column: 1 / -1;
    }
    .left,
    .right {
      display: grid;
      gap: 16px;
      grid-template-rows: auto 1fr;
    }
    @media (max-width: 1180px) {
      :host {
        grid-template-columns: repeat(2, minmax(0, 1fr));
      }
      order-blotter {
        grid-row: 3;
        grid-column: 1 / -1;
      }
    }
    @media (max-width: 700px) {
      :host {
        grid-template-columns: minmax(0, 1fr);
      }
      order-blotter {
        grid-row: auto;
      }
    }
  `,
})
// eslint-disable-next-line @typescript-eslint/no-extraneous-class -- It only arranges its panels.
export class TradePage {}
