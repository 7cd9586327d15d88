import { ChangeDetectionStrategy, Component, computed } from '@angular/core';
import { MatButton } from '@angular/material/button';
import { injectDispatch, injectTopic } from 'rx-broker/angular';
import { CountPipe } from '../count';
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
        <li><code>{{ reason.code }}</code> <b [attr.data-reason]="reason.code">{{ reason.count | count }}</b></li>
      }
    </ul>
    @if (isBus()) {
      <p class="quiet">A Subject has no dead letters. What a bus loses leaves no trace, so there is nothing to send again.</p>
    } @else {
      <ul class="letters" aria-label="The newest dead letters">
        @for (letter of letters().newest; track $index) {
          <li>
            <span class="what">{{ letter.what }}</span>
            <code>{{ letter.reason }}</code>
            <span class="quiet note">{{ letter.note }}</span>
            @if (letter.attempts > 1) {
              <span class="quiet">attempt {{ letter.attempts }}</span>
            }
          </li>
        } @empty {
          <li class="quiet">None. What cannot be delivered is kept here, with its reason, and can be sent again.</li>
        }
      </ul>
    }
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
    .letters li {
      display: flex;
      gap: 10px;
      align-items: baseline;
      padding: 4px 0;
      border-top: 1px solid var(--mat-sys-outline-variant);
      white-space: nowrap;
      overflow: hidden;
    }
    .letters li.quiet {
      white-space: normal;
    }
    .what {
      min-width: 6.5em;
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
    p {
      margin: 0;
    }
  `,
})
export class DeadLetters {
  readonly dispatch = injectDispatch(trading, Trading);
  readonly #state = injectTopic(deskState, { requireSync: true });
  readonly letters = computed(() => this.#state().letters);
  readonly isBus = computed(() => this.#state().engine === 'Subject bus');
  readonly reasons = computed(() => Object.entries(this.letters().by).map(([code, count]) => ({ code, count })));
}
