import { ChangeDetectionStrategy, Component, computed } from '@angular/core';
import { injectTopic } from 'rx-broker/angular';
import { CountPipe } from '../count';
import { deskState } from '../trading/trading';

/** What works behind the screen: the queue of each actor against its capacity, and what it has lost. */
@Component({
  selector: 'actors-page',
  changeDetection: ChangeDetectionStrategy.OnPush,
  imports: [CountPipe],
  template: `
    <h1 class="only-read">Actors</h1>
    <section class="panel" aria-labelledby="actors-title">
      <div class="head">
        <h2 id="actors-title">{{ isBus() ? 'Subscriptions' : 'Actors' }}</h2>
        <p class="quiet">{{ isBus() ? 'A subscription has a queue without bounds, and ends at its first error.' : 'An actor has a bounded mailbox, and goes on after an error.' }}</p>
      </div>
      <div class="scroll" tabindex="0" role="region" aria-label="Numbers of each actor">
        <table>
          <thead>
            <tr>
              <th scope="col">Name</th>
              <th scope="col" class="queue">Queue</th>
              <th scope="col" class="number">Waiting</th>
              <th scope="col" class="number">Places</th>
              <th scope="col" class="number">At work</th>
              <th scope="col" class="number">Turns</th>
              <th scope="col">Lost</th>
            </tr>
          </thead>
          <tbody>
            @for (actor of rows(); track actor.name) {
              <tr [attr.data-actor]="actor.name">
                <th scope="row">{{ actor.name }} @if (actor.diedOf) { <span class="dead">dead</span> }</th>
                <td class="queue"><div class="track" [class.full]="actor.isFull"><i [style.transform]="actor.bar"></i></div></td>
                <td class="number" data-depth>{{ actor.depth | count }}</td>
                <td class="number quiet">{{ isBus() ? 'no limit' : (actor.capacity | count) }}</td>
                <td class="number" data-in-flight>{{ actor.inFlight | count }}</td>
                <td class="number" data-turns>{{ actor.turns | count }}</td>
                <td class="lost">
                  @for (loss of actor.lost; track loss.code) {
                    <span><code>{{ loss.code }}</code> <b data-loss>{{ loss.count | count }}</b></span>
                  } @empty { <span class="quiet">–</span> }
                </td>
              </tr>
            }
          </tbody>
        </table>
      </div>
    </section>
  `,
  styles: `
    .scroll {
      min-height: 390px;
      overflow-x: auto;
    }
    table {
      width: 100%;
      border-collapse: collapse;
      font-variant-numeric: tabular-nums;
    }
    th,
    td {
      height: 44px;
      padding: 0 12px;
      text-align: start;
      white-space: nowrap;
    }
    thead th {
      height: 28px;
    }
    tbody tr {
      border-top: 1px solid var(--mat-sys-outline-variant);
    }
    tbody th {
      font-weight: 600;
    }
    .number,
    thead .number {
      text-align: end;
    }
    .queue {
      width: 30%;
      min-width: 140px;
    }
    @media (max-width: 560px) {
      .queue {
        display: none;
      }
      th,
      td {
        padding: 0 7px;
      }
    }
    .track {
      height: 10px;
      border-radius: 5px;
      background: var(--mat-sys-surface-container-highest);
      overflow: hidden;
    }
    .track i {
      display: block;
      height: 100%;
      background: var(--mat-sys-primary);
      transform-origin: left;
      transition: transform 0.3s;
    }
    .full i {
      background: var(--warn);
    }
    .lost {
      min-width: 16em;
    }
    .lost span {
      margin-right: 12px;
    }
    .dead {
      margin-left: 6px;
      padding: 1px 8px;
      border-radius: 10px;
      background: var(--mat-sys-error-container);
      color: var(--mat-sys-on-error-container);
      font-size: 0.8125rem;
    }
    code {
      font: 0.8125rem var(--mono);
    }
  `,
})
export class ActorsPage {
  readonly #state = injectTopic(deskState, { requireSync: true });
  readonly isBus = computed(() => this.#state().engine === 'Subject bus');
  readonly rows = computed(() =>
    this.#state().actors.map((actor) => {
      // A queue without bounds is drawn against a thousand.
      const share = Math.min(1, actor.depth / (Number.isFinite(actor.capacity) ? actor.capacity : 1_000));
      // One place is full many times a second, and that is what it is for.
      const isFull = share === 1 && actor.capacity > 1;
      return { ...actor, isFull, bar: `scaleX(${share})`, lost: Object.entries(actor.losses).map(([code, count]) => ({ code, count })) };
    }),
  );
}
