import { ChangeDetectionStrategy, Component, computed } from '@angular/core';
import { injectTopic } from 'rx-broker/angular';
import { CountPipe } from '../count';
import { deskState } from '../trading/trading';

/** The orders as a sum: those that were placed are all there, whatever has become of them. */
@Component({
  selector: 'order-tally',
  changeDetection: ChangeDetectionStrategy.OnPush,
  imports: [CountPipe],
  template: `
    <dl aria-label="Orders">
      <div class="placed"><dt>Placed</dt><dd data-tally="placed">{{ orders().placed | count }}</dd></div>
      @for (part of parts(); track part.name) {
        <div [class]="part.name"><dt>{{ part.name }}</dt><dd [attr.data-tally]="part.name">{{ part.count | count }}</dd></div>
      }
    </dl>
    <div class="bar" aria-hidden="true">
      @for (part of parts(); track part.name) {
        <span [class]="part.name" [style.flex-grow]="part.count"></span>
      }
    </div>
  `,
  styles: `
    :host {
      display: block;
      padding: 12px 0 14px;
    }
    dl {
      display: flex;
      flex-wrap: wrap;
      gap: 8px 0;
      margin: 0 0 10px;
    }
    dl > div {
      display: grid;
      align-content: start;
      min-width: 7.5rem;
      padding-right: 16px;
    }
    dl > div + div::before {
      content: '+';
      position: absolute;
      translate: -22px 19px;
      color: var(--mat-sys-outline);
      font-size: 1.125rem;
    }
    dl > .placed + div::before {
      content: '=';
    }
    dt {
      display: flex;
      align-items: center;
      gap: 6px;
      color: var(--mat-sys-on-surface-variant);
      font-size: 0.8125rem;
      text-transform: capitalize;
    }
    dt::before {
      content: '';
      width: 8px;
      height: 8px;
      border-radius: 2px;
      background: var(--part);
    }
    .placed dt::before {
      display: none;
    }
    dd {
      margin: 0;
      font-size: 1.5rem;
      font-weight: 600;
      line-height: 1.25;
      letter-spacing: -0.01em;
      font-variant-numeric: tabular-nums;
    }
    .bar {
      display: flex;
      gap: 2px;
      height: 6px;
      border-radius: 3px;
      overflow: hidden;
      background: var(--mat-sys-surface-container-highest);
    }
    .bar span {
      flex: 0 1 0;
      background: var(--part);
    }
    .filled {
      --part: var(--good);
    }
    .rejected {
      --part: var(--warn);
    }
    .cancelled {
      --part: var(--mat-sys-outline);
    }
    .open {
      --part: var(--mat-sys-primary);
    }
    @media (max-width: 640px) {
      dl {
        display: grid;
        grid-template-columns: repeat(3, 1fr);
      }
      dl > div {
        min-width: 0;
      }
      dl > div + div::before {
        display: none;
      }
      dd {
        font-size: 1.25rem;
      }
    }
  `,
})
export class OrderTally {
  readonly #state = injectTopic(deskState, { requireSync: true });
  readonly orders = computed(() => this.#state().orders);
  readonly parts = computed(() => (['filled', 'rejected', 'cancelled', 'open'] as const).map((name) => ({ name, count: this.orders()[name] })));
}
