import { ChangeDetectionStrategy, Component, computed, signal } from '@angular/core';
import { MatButton } from '@angular/material/button';
import { MatFormFieldModule } from '@angular/material/form-field';
import { MatInputModule } from '@angular/material/input';
import { injectRequest, injectTopic } from 'rx-broker/angular';
import { MOST_SHARES } from '../../../../order-desk/risk-service';
import { CountPipe } from '../count';
import { BreakIt } from '../panels/break-it';
import { Trading, askCounts, deskState, trading } from '../trading/trading';

/** Asks the risk service about an order that may be placed. Another number cancels the question, and so does leaving the page. */
@Component({
  selector: 'check-page',
  changeDetection: ChangeDetectionStrategy.OnPush,
  imports: [BreakIt, CountPipe, MatButton, MatFormFieldModule, MatInputModule],
  template: `
    <h1 class="only-read">Risk check</h1>
    <section class="panel" aria-labelledby="check-title">
      <div class="head">
        <h2 id="check-title">Ask the risk service</h2>
        <button matButton type="button" (click)="verdict.reload()">Ask again</button>
      </div>
      <mat-form-field>
        <mat-label>Shares of ACME to buy</mat-label>
        <input #box matInput type="number" inputmode="numeric" min="1" max="10000" [value]="first" (input)="quantity.set(box.valueAsNumber)" />
      </mat-form-field>
      <p class="verdict" role="status" [attr.data-verdict]="status()">
        @switch (status()) {
          @case ('asking') { Asking… }
          @case ('approved') { Approved }
          @case ('refused') { Refused <span class="quiet">at most {{ most }} shares</span> }
          @case ('failed') { No answer <span class="quiet">{{ verdict.error()?.message }}</span> }
          @default { Enter a whole number of shares }
        }
      </p>
      <p class="quiet">A question that nobody waits for any more is called off: the signal of its turn aborts, and the risk service is free for others. With the bus it goes on.</p>
    </section>
    <section class="panel" aria-labelledby="asks-title">
      <div class="head"><h2 id="asks-title">Questions of this page</h2></div>
      <dl>
        <div><dt>Asked</dt><dd data-asks="asked">{{ asks().asked | count }}</dd></div>
        <div><dt>Answered</dt><dd data-asks="answered">{{ asks().answered | count }}</dd></div>
        <div><dt>Failed</dt><dd data-asks="failed">{{ asks().failed | count }}</dd></div>
        <div><dt>Called off</dt><dd data-asks="cancelled">{{ asks().cancelled | count }}</dd></div>
        <div><dt>Checks at work, of all orders</dt><dd data-asks="working">{{ working() | count }}</dd></div>
      </dl>
    </section>
    <break-it class="panel" />
  `,
  styles: `
    :host {
      display: grid;
      gap: 16px;
      grid-template-columns: repeat(3, minmax(0, 1fr));
    }
    .head {
      flex-wrap: nowrap;
    }
    .head button {
      flex-shrink: 0;
    }
    mat-form-field {
      width: 100%;
    }
    .verdict {
      min-height: 1.3em;
      margin: 20px 0;
      font-size: 1.75rem;
      font-weight: 600;
      line-height: 1.3;
      letter-spacing: -0.01em;
    }
    .verdict span {
      display: block;
      font-size: 0.875rem;
      font-weight: 400;
      letter-spacing: 0;
    }
    [data-verdict='approved'] {
      color: var(--good);
    }
    [data-verdict='refused'],
    [data-verdict='failed'] {
      color: var(--bad);
    }
    dl {
      margin: 0;
    }
    dl div {
      display: flex;
      justify-content: space-between;
      padding: 9px 0;
      border-top: 1px solid var(--mat-sys-outline-variant);
    }
    dd {
      margin: 0;
      font-weight: 600;
      font-variant-numeric: tabular-nums;
    }
    @media (max-width: 1180px) {
      :host {
        grid-template-columns: repeat(2, minmax(0, 1fr));
      }
    }
    @media (max-width: 700px) {
      :host {
        grid-template-columns: minmax(0, 1fr);
      }
    }
  `,
})
export class CheckPage {
  readonly most = MOST_SHARES;
  readonly first = 500;
  /** `NaN` while no number is there. */
  readonly quantity = signal(this.first);
  readonly asks = injectTopic(askCounts, { requireSync: true });
  readonly #state = injectTopic(deskState, { requireSync: true });
  readonly #isOpen = computed(() => this.#state().actors.length > 0);
  readonly working = computed(() => this.#state().actors.find(({ name }) => name === 'risk')?.inFlight ?? 0);

  readonly verdict = injectRequest(trading, () => {
    const quantity = this.quantity();
    // On a server no desk is open, so nothing is asked.
    return quantity >= 1 && Number.isInteger(quantity) && this.#isOpen() ? Trading.check({ draft: { side: 'buy', symbol: 'ACME', quantity, limit: 0 } }) : undefined;
  });

  readonly status = computed(() => {
    if (this.verdict.isLoading()) return 'asking';
    if (this.verdict.hasValue()) return this.verdict.value().isApproved ? 'approved' : 'refused';
    return this.verdict.error() === undefined ? 'idle' : 'failed';
  });
}
