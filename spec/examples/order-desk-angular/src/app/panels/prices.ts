import { ChangeDetectionStrategy, Component } from '@angular/core';
import { injectState, injectTopic } from 'rx-broker/angular';
import { SYMBOLS } from '../../../../order-desk/messages';
import { chosenSymbol, quotes } from '../trading/trading';
import { PriceTile } from './price-tile';

/** The newest price of each symbol. A tile chooses its symbol for the book and for the next order. */
@Component({
  selector: 'price-tiles',
  changeDetection: ChangeDetectionStrategy.OnPush,
  imports: [PriceTile],
  template: `
    <h2 class="only-read" id="prices-title">Prices</h2>
    <ul aria-labelledby="prices-title">
      @for (quote of quotes(); track quote.symbol) {
        <li><price-tile [quote]="quote" [isChosen]="quote.symbol === chosen()" (choose)="chosen.set(quote.symbol)" /></li>
      }
    </ul>
  `,
  styles: `
    ul {
      display: grid;
      grid-template-columns: repeat(4, minmax(0, 1fr));
      gap: 16px;
      margin: 0;
      padding: 0;
      list-style: none;
    }
    @media (max-width: 700px) {
      ul {
        grid-template-columns: repeat(2, minmax(0, 1fr));
        gap: 8px;
      }
    }
  `,
})
export class Prices {
  readonly quotes = injectTopic(quotes, { requireSync: true });
  readonly chosen = injectState(chosenSymbol, SYMBOLS[0]);
}
