import { ChangeDetectionStrategy, Component, input, model } from '@angular/core';
import { MatSliderModule } from '@angular/material/slider';
import { CountPipe } from '../count';

/** A number of the load, to be dragged or set by keys. */
@Component({
  selector: 'load-knob',
  changeDetection: ChangeDetectionStrategy.OnPush,
  imports: [CountPipe, MatSliderModule],
  template: `
    <span class="name">{{ name() }}</span>
    <mat-slider [min]="min()" [max]="max()" [step]="step()">
      <input matSliderThumb [attr.aria-label]="name()" [attr.aria-valuetext]="value() + ' ' + unit()" [value]="value()" (valueChange)="value.set($event)" />
    </mat-slider>
    <output>{{ value() | count }}<span class="quiet">{{ unit() }}</span></output>
  `,
  styles: `
    :host {
      display: grid;
      grid-template-columns: 6.75em minmax(0, 1fr) 5em;
      gap: 14px;
      align-items: center;
      height: 40px;
    }
    .name {
      white-space: nowrap;
    }
    mat-slider {
      width: auto;
      min-width: 0;
    }
    output {
      font-weight: 500;
      font-variant-numeric: tabular-nums;
      text-align: end;
    }
    output span {
      margin-left: 3px;
      font-weight: 400;
    }
  `,
})
export class Knob {
  readonly name = input.required<string>();
  readonly unit = input.required<string>();
  readonly min = input(0);
  readonly max = input.required<number>();
  readonly step = input(1);
  readonly value = model.required<number>();
}
