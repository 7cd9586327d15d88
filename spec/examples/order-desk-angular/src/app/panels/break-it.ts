import { ChangeDetectionStrategy, Component, computed } from '@angular/core';
import { MatButton } from '@angular/material/button';
import { injectDispatch, injectTopic } from 'rx-broker/angular';
import type { Load } from '../../../../order-desk/load';
import { FIRST_LOAD, Trading, deskState, trading } from '../trading/trading';
import { Knob } from './knob';

/** Changes what weighs on the desk, while it runs. */
@Component({
  selector: 'break-it',
  changeDetection: ChangeDetectionStrategy.OnPush,
  imports: [Knob, MatButton],
  template: `
    <div class="head">
      <h2>Break it</h2>
      <button matButton type="button" (click)="set(first)">Reset</button>
    </div>
    <load-knob name="Feed" unit="/s" [max]="5000" [step]="100" [value]="load().feedRate" (valueChange)="set({ feedRate: $event })" />
    <load-knob name="Orders" unit="/s" [max]="300" [step]="5" [value]="load().orderRate" (valueChange)="set({ orderRate: $event })" />
    <load-knob name="Risk failures" unit="%" [max]="100" [step]="5" [value]="failures()" (valueChange)="set({ riskFailureRate: $event / 100 })" />
    <load-knob name="Risk latency" unit="ms" [min]="10" [max]="1000" [step]="10" [value]="load().riskLatency" (valueChange)="set({ riskLatency: $event })" />
    <load-knob name="Audit latency" unit="ms" [min]="1" [max]="50" [value]="audit()" (valueChange)="set({ auditRate: 1000 / $event })" />
  `,
})
export class BreakIt {
  readonly first = FIRST_LOAD;
  readonly #dispatch = injectDispatch(trading, Trading);
  readonly #state = injectTopic(deskState, { requireSync: true });
  readonly load = computed(() => this.#state().load);
  readonly failures = computed(() => Math.round(this.load().riskFailureRate * 100));
  readonly audit = computed(() => Math.round(1_000 / this.load().auditRate));

  set(change: Partial<Load>): void {
    this.#dispatch.setLoad({ change });
  }
}
