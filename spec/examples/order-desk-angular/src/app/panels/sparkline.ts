import { ChangeDetectionStrategy, Component, computed, input } from '@angular/core';
import { TRAIL } from '../../../../order-desk/quote-board';

const HEIGHT = 32;

/** A line of numbers, in the colour of the text. It grows from the right, and is no more than an ornament to a screen reader. */
@Component({
  selector: 'spark-line',
  changeDetection: ChangeDetectionStrategy.OnPush,
  template: `
    <svg viewBox="0 0 60 32" preserveAspectRatio="none" aria-hidden="true">
      <path class="area" [attr.d]="line() + ' L60 32 L' + start() + ' 32 Z'" />
      <path [attr.d]="line()" />
    </svg>
  `,
  styles: `
    :host {
      display: block;
    }
    svg {
      display: block;
      width: 100%;
      height: 100%;
      overflow: visible;
    }
    path {
      fill: none;
      stroke: currentColor;
      stroke-width: 1.5;
      stroke-linejoin: round;
      vector-effect: non-scaling-stroke;
    }
    .area {
      fill: currentColor;
      fill-opacity: 0.12;
      stroke: none;
    }
  `,
})
export class Sparkline {
  readonly values = input.required<readonly number[]>();
  readonly start = computed(() => TRAIL - ((this.values().length - 1) * TRAIL) / (TRAIL - 1));
  readonly line = computed(() => {
    const values = this.values();
    const least = Math.min(...values);
    const span = Math.max(...values) - least || 1;
    const step = TRAIL / (TRAIL - 1);
    const points = values.map((value, index) => `${(this.start() + index * step).toFixed(2)} ${(HEIGHT - 2 - ((value - least) / span) * (HEIGHT - 4)).toFixed(1)}`);
    return `M${points.join(' L')}`;
  });
}
