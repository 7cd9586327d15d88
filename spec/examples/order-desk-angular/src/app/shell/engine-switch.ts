import { ChangeDetectionStrategy, Component, computed } from '@angular/core';
import { MatButtonToggleModule } from '@angular/material/button-toggle';
import { injectDispatch, injectTopic } from 'rx-broker/angular';
import { type EngineKind, Trading, deskState, trading } from '../trading/trading';

/** Chooses what the desk runs on. The screen stays the same. */
@Component({
  selector: 'engine-switch',
  changeDetection: ChangeDetectionStrategy.OnPush,
  imports: [MatButtonToggleModule],
  template: `
    <mat-button-toggle-group aria-label="The desk runs on" [value]="engine()" (change)="dispatch.run({ on: $event.value })" hideSingleSelectionIndicator>
      @for (kind of kinds; track kind) {
        <mat-button-toggle [value]="kind">{{ kind }}</mat-button-toggle>
      }
    </mat-button-toggle-group>
  `,
  styles: `
    mat-button-toggle-group {
      display: flex;
    }
    mat-button-toggle {
      flex: 1;
      min-width: 8.5em;
    }
  `,
})
export class EngineSwitch {
  readonly kinds: readonly EngineKind[] = ['Subject bus', 'rx-broker'];
  readonly dispatch = injectDispatch(trading, Trading);
  readonly #state = injectTopic(deskState, { requireSync: true });
  readonly engine = computed(() => this.#state().engine);
}
