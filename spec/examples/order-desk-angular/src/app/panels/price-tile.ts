import { ChangeDetectionStrategy, Component, computed, input, output } from '@angular/core';
import type { Quote } from '../../../../order-desk/quote-board';
import { MoneyPipe } from '../money';
import { Sparkline } from './sparkline';

@Component({
  selector: 'price-tile',
  changeDetection: ChangeDetectionStrategy.OnPush,
  imports: [MoneyPipe, Sparkline],
  template: `
    <button type="button" class="panel" [class.up]="change() > 0" [class.down]="change() < 0" [attr.aria-pressed]="isChosen()" (click)="choose.emit()">
      <span class="symbol">{{ quote().symbol }}</span>
      <span class="price" [attr.data-price]="quote().symbol">{{ quote().cents | money }}</span>
      <span class="change">
        <span aria-hidden="true">{{ change() < 0 ? '▼' : change() > 0 ? '▲' : '■' }}</span>
        <span class="only-read">{{ change() < 0 ? 'down' : 'up' }}</span>
        {{ size() | money }}
      </span>
      <spark-line [values]="quote().trail" />
    </button>
  `,
  styles: `
    button {
      display: grid;
      grid-template: 'symbol change' auto 'price line' auto / 7.25rem minmax(0, 1fr);
      gap: 2px 16px;
      align-items: end;
      width: 100%;
      color: inherit;
      font: inherit;
      text-align: start;
      cursor: pointer;
    }
    button:hover {
      border-color: var(--mat-sys-outline);
    }
    button[aria-pressed='true'] {
      border-color: var(--mat-sys-primary);
      box-shadow: inset 0 0 0 1px var(--mat-sys-primary);
    }
    .symbol {
      grid-area: symbol;
      color: var(--mat-sys-on-surface-variant);
      font-weight: 600;
      letter-spacing: 0.04em;
    }
    .price {
      grid-area: price;
      font-size: 1.75rem;
      font-weight: 600;
      line-height: 1.2;
      letter-spacing: -0.02em;
      font-variant-numeric: tabular-nums;
    }
    .change {
      grid-area: change;
      justify-self: end;
      font-size: 0.875rem;
      font-weight: 500;
      font-variant-numeric: tabular-nums;
    }
    spark-line {
      grid-area: line;
      height: 36px;
    }
    .up {
      --line: var(--good);
    }
    .down {
      --line: var(--bad);
    }
    .change,
    spark-line {
      color: var(--line, var(--mat-sys-on-surface-variant));
    }
    @media (max-width: 900px) {
      button {
        grid-template: 'symbol change' auto 'price price' auto 'line line' auto / auto 1fr;
        gap: 2px 8px;
      }
      .price {
        font-size: 1.5rem;
      }
      spark-line {
        height: 28px;
      }
    }
  `,
})
export class PriceTile {
  readonly quote = input.required<Quote>();
  readonly isChosen = input(false);
  readonly choose = output();
  readonly change = computed(() => this.quote().cents - this.quote().reference);
  readonly size = computed(() => Math.abs(this.change()));
}
