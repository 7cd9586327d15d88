import { ChangeDetectionStrategy, Component, type ElementRef, computed, inject, signal, viewChild } from '@angular/core';
import { FormControl, NonNullableFormBuilder, ReactiveFormsModule, Validators } from '@angular/forms';
import { MatButton } from '@angular/material/button';
import { MatButtonToggleModule } from '@angular/material/button-toggle';
import { MatFormFieldModule } from '@angular/material/form-field';
import { MatInputModule } from '@angular/material/input';
import { injectCommand, injectState, injectTopic } from 'rx-broker/angular';
import { type OrderDraft, type Ticker, SYMBOLS } from '../../../../order-desk/messages';
import { Trading, chosenSymbol, quotes, trading } from '../trading/trading';
import { resultText } from './result-text';

/** Cents by which an order without a limit may be worse than the price. */
const LEEWAY = 100;

/** What a key chooses, with Caps Lock, too. */
const SIDES: Readonly<Record<string, OrderDraft['side']>> = { b: 'buy', s: 'sell' };
const WHOLE_NUMBER = /^\d+$/;

/** Takes orders by keyboard: B or S anywhere, the number of shares, Enter. */
@Component({
  selector: 'order-entry',
  changeDetection: ChangeDetectionStrategy.OnPush,
  imports: [MatButton, MatButtonToggleModule, MatFormFieldModule, MatInputModule, ReactiveFormsModule],
  host: { '(document:keydown)': 'onKey($event)' },
  template: `
    <div class="head">
      <h2>Order</h2>
      <p class="quiet keys"><kbd>B</kbd> buy <kbd>S</kbd> sell <kbd>Enter</kbd> place</p>
    </div>
    <form [formGroup]="form" (ngSubmit)="submit()">
      <mat-button-toggle-group formControlName="side" aria-label="Side" hideSingleSelectionIndicator>
        <mat-button-toggle value="buy">Buy</mat-button-toggle>
        <mat-button-toggle value="sell">Sell</mat-button-toggle>
      </mat-button-toggle-group>
      <mat-form-field>
        <mat-label>Symbol</mat-label>
        <select matNativeControl [value]="symbol()" (change)="choose($event)">
          @for (each of symbols; track each) {
            <option [value]="each" [selected]="each === symbol()">{{ each }}</option>
          }
        </select>
      </mat-form-field>
      <mat-form-field>
        <mat-label>Shares</mat-label>
        <input matInput #quantity type="number" inputmode="numeric" min="1" max="10000" formControlName="quantity" />
      </mat-form-field>
      <mat-form-field>
        <mat-label>Limit</mat-label>
        <input matInput type="number" inputmode="decimal" min="0.01" step="0.01" formControlName="limit" placeholder="near market" />
      </mat-form-field>
      <button matButton="filled" type="submit" [disabled]="form.invalid">Place order</button>
    </form>
    <p class="result" role="status" data-result>{{ result() }}</p>
  `,
  styles: `
    form {
      display: grid;
      grid-template-columns: repeat(2, minmax(0, 1fr));
      gap: 12px;
      align-items: center;
    }
    mat-button-toggle-group {
      display: flex;
    }
    mat-button-toggle {
      flex: 1;
    }
    button {
      grid-column: 1 / -1;
    }
    mat-form-field {
      min-width: 0;
    }
    .result {
      min-height: 2.6em;
      margin: 10px 0 0;
      line-height: 1.3;
      font-variant-numeric: tabular-nums;
    }
    @media (hover: none) {
      .keys {
        display: none;
      }
    }
  `,
})
export class OrderEntry {
  readonly symbols = SYMBOLS;
  readonly symbol = injectState(chosenSymbol, SYMBOLS[0]);
  readonly form = inject(NonNullableFormBuilder).group({
    side: new FormControl<OrderDraft['side']>('buy', { nonNullable: true }),
    quantity: [100, [Validators.required, Validators.min(1), Validators.max(10_000), Validators.pattern(WHOLE_NUMBER)]],
    limit: [undefined as number | undefined, Validators.min(0.01)],
  });
  /** An order that is not answered yet holds up no other. */
  readonly #place = injectCommand(trading, Trading.place, { strategy: 'merge' });
  readonly #quotes = injectTopic(quotes, { requireSync: true });
  readonly #price = computed(() => this.#quotes().find(({ symbol }) => symbol === this.symbol())!.cents);
  readonly quantity = viewChild.required<ElementRef<HTMLInputElement>>('quantity');
  readonly result = signal('');

  async submit(): Promise<void> {
    if (this.form.invalid) return;
    const { side, quantity, limit } = this.form.getRawValue();
    const nearMarket = this.#price() + (side === 'buy' ? LEEWAY : -LEEWAY);
    const draft: OrderDraft = { side, quantity, symbol: this.symbol(), limit: typeof limit === 'number' ? Math.round(limit * 100) : nearMarket };
    this.result.set(`${side} ${quantity} ${draft.symbol}: placed.`);
    this.result.set(resultText(draft, await this.#place({ draft })));
  }

  choose({ target }: Event): void {
    this.symbol.set((target as HTMLSelectElement).value as Ticker);
  }

  onKey(event: KeyboardEvent): void {
    const side = SIDES[event.key.toLowerCase()];
    const isTyping = (event.target as Element).closest('select, textarea, input:not([type=number], [type=range], [type=radio])') !== null;
    if (side === undefined || isTyping || event.ctrlKey || event.metaKey || event.altKey) return;
    // The letter is no part of a number.
    event.preventDefault();
    this.form.controls.side.setValue(side);
    this.quantity().nativeElement.focus();
    this.quantity().nativeElement.select();
  }
}
