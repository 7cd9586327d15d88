import { ChangeDetectionStrategy, Component, computed } from '@angular/core';
import { injectState, injectTopic } from 'rx-broker/angular';
import { SYMBOLS } from '../../../../order-desk/messages';
import { levelOf, volumeByPrice } from '../../../../order-desk/volume-by-price';
import { CountPipe } from '../count';
import { MoneyPipe } from '../money';
import { chosenSymbol, endedOrders, quotes } from '../trading/trading';

const LEVELS = 9;

/** The shares that the book has filled at each price, around the newest one. */
@Component({
  selector: 'order-book',
  changeDetection: ChangeDetectionStrategy.OnPush,
  imports: [CountPipe, MoneyPipe],
  template: `
    <div class="head">
      <h2>Order book <span class="quiet">{{ symbol() }}</span></h2>
      <p class="quiet">shares in 10 s</p>
    </div>
    <table>
      <caption class="only-read">Shares of {{ symbol() }} that were filled at each price in the last ten seconds</caption>
      <thead>
        <tr><th scope="col">Bought</th><th scope="col">Price</th><th scope="col">Sold</th></tr>
      </thead>
      <tbody>
        @for (level of levels(); track $index) {
          <tr [class.last]="level.isLast">
            <td class="bought"><i [style.transform]="level.boughtBar"></i><span>{{ level.bought === 0 ? '' : (level.bought | count) }}</span></td>
            <th scope="row">{{ level.cents | money }}</th>
            <td class="sold"><i [style.transform]="level.soldBar"></i><span>{{ level.sold === 0 ? '' : (level.sold | count) }}</span></td>
          </tr>
        }
      </tbody>
    </table>
  `,
  styles: `
    table {
      width: 100%;
      table-layout: fixed;
      border-collapse: separate;
      border-spacing: 0 2px;
      font-variant-numeric: tabular-nums;
    }
    thead th {
      padding-bottom: 4px;
    }
    thead th:first-child,
    .bought {
      text-align: end;
    }
    thead th:last-child,
    .sold {
      text-align: start;
    }
    td,
    tbody th {
      position: relative;
      height: 24px;
      padding: 0 8px;
    }
    tbody th {
      color: var(--mat-sys-on-surface-variant);
      font-weight: 500;
      text-align: center;
    }
    .last th {
      border-radius: 6px;
      background: var(--mat-sys-inverse-surface);
      color: var(--mat-sys-inverse-on-surface);
      /* It shows where the system chooses the colours. */
      outline: 1px solid transparent;
    }
    i {
      position: absolute;
      inset: 1px 0;
      border-radius: 3px;
      background: var(--bar);
      transform: scaleX(0);
    }
    .bought {
      --bar: var(--good-container);
    }
    .bought i {
      transform-origin: right;
    }
    .sold {
      --bar: var(--bad-container);
    }
    .sold i {
      transform-origin: left;
    }
    td span {
      position: relative;
    }
  `,
})
export class OrderBook {
  readonly symbol = injectState(chosenSymbol, SYMBOLS[0]);
  readonly #ended = injectTopic(endedOrders, { requireSync: true });
  readonly #quotes = injectTopic(quotes, { requireSync: true });
  readonly #cents = computed(() => this.#quotes().find(({ symbol }) => symbol === this.symbol())!.cents);
  /** The ladder moves by a level at a time, so that it can be read. */
  readonly #middle = computed(() => levelOf(this.#cents()));

  readonly levels = computed(() => {
    const levels = volumeByPrice(this.#ended().inTenSeconds, this.symbol(), this.#middle(), LEVELS);
    const most = Math.max(1, ...levels.flatMap(({ bought, sold }) => [bought, sold]));
    return levels.map((level) => ({
      ...level,
      isLast: level.cents === this.#middle(),
      boughtBar: `scaleX(${level.bought / most})`,
      soldBar: `scaleX(${level.sold / most})`,
    }));
  });
}
