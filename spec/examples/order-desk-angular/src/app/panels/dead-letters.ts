import { ChangeDetectionStrategy, Component, computed } from '@angular/core';
import { MatButton } from '@angular/material/button';
import { injectDispatch, injectTopic } from 'rx-broker/angular';
import { CountPipe } from '../count';
import { LISTED } from '../trading/desk-state';
import { Trading, deskState, trading } from '../trading/trading';

/** What was lost, and why. All of it can be sent again. */
@Component({
  selector: 'dead-letters',
  changeDetection: ChangeDetectionStrategy.OnPush,
  imports: [CountPipe, MatButton],
  template: `
    <div class="head">
      <h2>Dead letters <span class="badge" [class.some]="letters().count > 0" data-letters>{{ letters().count | count }}</span></h2>
      <button matButton="filled" type="button" [disabled]="letters().count === 0" (click)="dispatch.redeliver()">Redeliver all</button>
    </div>
    <ul class="reasons" aria-label="Reasons">
      @for (reason of reasons(); track reason.code) {
        <li [class.quiet]="reason.count === 0"><code>{{ reason.code }}</code> <b [attr.data-reason]="reason.code">{{ reason.count | count }}</b></li>
      }
    </ul>
    <p class="quiet" [hidden]="letters().count > 0">{{ isBus() ? BUS : NONE }}</p>
    <ul class="letters" aria-label="The newest dead letters">
      @for (letter of rows(); track $index) {
        <li [hidden]="letter === undefined">
          <span class="what">{{ letter?.what }}</span>
          <code>{{ letter?.reason }}</code>
          <span class="quiet note">{{ letter?.note }}</span>
          <span class="quiet" [hidden]="letter?.attempts === 1">attempt {{ letter?.attempts }}</span>
        </li>
      }
    </ul>
  `,
  styles: `
    :host {
      min-height: 262px;
    }
    .badge {
      display: inline-block;
      min-width: 1.5em;
      margin-left: 6px;
      padding: 1px 8px;
      border-radius: 10px;
      background: var(--mat-sys-surface-container-highest);
      font-size: 0.875rem;
      font-variant-numeric: tabular-nums;
      text-align: center;
    }
    .badge.some {
      background: var(--mat-sys-error-container);
      color: var(--mat-sys-on-error-container);
    }
    ul {
      margin: 0;
      padding: 0;
      list-style: none;
    }
    .reasons {
      display: flex;
      flex-wrap: wrap;
      gap: 0 16px;
      min-height: 24px;
      margin-bottom: 4px;
      font-variant-numeric: tabular-nums;
    }
    .reasons li {
      display: flex;
      gap: 6px;
      align-items: baseline;
    }
    .letters li {
      display: flex;
      gap: 8px;
      align-items: baseline;
      padding: 4px 0;
      border-top: 1px solid var(--mat-sys-outline-variant);
      white-space: nowrap;
      overflow: hidden;
    }
    .letters li[hidden] {
      display: none;
    }
    .what {
      min-width: 6em;
      font-variant-numeric: tabular-nums;
    }
    .note {
      overflow: hidden;
      text-overflow: ellipsis;
    }
    code {
      font: 0.8125rem var(--mono);
      color: var(--bad);
    }
    .quiet code {
      color: inherit;
    }
    p {
      margin: 0;
    }
  `,
})
export class DeadLetters {
  readonly BUS = 'A Subject has no dead letters. What a bus loses leaves no trace, so there is nothing to send again.';
  readonly NONE = 'None. What cannot be delivered is kept here, with its reason, and can be sent again.';
  readonly dispatch = injectDispatch(trading, Trading);
  readonly #state = injectTopic(deskState, { requireSync: true });
  readonly letters = computed(() => this.#state().letters);
  readonly isBus = computed(() => this.#state().engine === 'Subject bus');
  /** The reasons that are to be expected here stand there from the start. */
  readonly reasons = computed(() => Object.entries({ HandlerFailed: 0, MailboxFull: 0, ...this.letters().by }).map(([code, count]) => ({ code, count })));
  /** As many rows at all times: letters come and go, and the page stays as it is. */
  readonly rows = computed(() => Array.from({ length: LISTED }, (_, index) => this.letters().newest[index]));
}
