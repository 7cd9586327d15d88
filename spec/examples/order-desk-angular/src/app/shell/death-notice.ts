import { ChangeDetectionStrategy, Component, computed } from '@angular/core';
import { injectTopic } from 'rx-broker/angular';
import { CountPipe } from '../count';
import { deskState } from '../trading/trading';

/** Says that a subscription of the bus has ended, which the bus itself says to nobody. */
@Component({
  selector: 'death-notice',
  changeDetection: ChangeDetectionStrategy.OnPush,
  imports: [CountPipe],
  template: `
    <div role="alert">
      @if (dead(); as stage) {
        <strong>The bus is dead.</strong>
        The subscription of <code>{{ stage.name }}</code> ended at its first error, “{{ stage.diedOf }}”. No order is filled any more.
      }
    </div>
    @if (dead()) {
      <p><span data-waiting>{{ waiting() | count }}</span> messages wait in queues without bounds.</p>
    }
  `,
  styles: `
    :host:has(p) {
      display: flex;
      flex-wrap: wrap;
      gap: 4px 16px;
      margin: 0 0 16px;
      padding: 12px 16px;
      border-radius: 12px;
      background: var(--mat-sys-error-container);
      color: var(--mat-sys-on-error-container);
      font-variant-numeric: tabular-nums;
    }
    @media (min-width: 1180px) {
      /* It stands beside the tally, so that nothing moves. */
      :host:has(p) {
        position: absolute;
        inset: 8px var(--gutter) auto auto;
        max-width: calc(100% - 640px);
        margin: 0;
        padding: 6px 14px;
        gap: 0 12px;
        font-size: 0.8125rem;
        line-height: 1.25;
      }
    }
    p {
      margin: 0;
    }
    code {
      font-family: var(--mono);
    }
  `,
})
export class DeathNotice {
  readonly #state = injectTopic(deskState, { requireSync: true });
  readonly dead = computed(() => this.#state().actors.find(({ diedOf }) => diedOf !== undefined));
  readonly waiting = computed(() => this.#state().actors.reduce((sum, { depth }) => sum + depth, 0));
}
