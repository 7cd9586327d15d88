import { Pipe, type PipeTransform } from '@angular/core';

const format = new Intl.NumberFormat('en');

/** A number with its thousands apart: 12,345. */
@Pipe({ name: 'count' })
export class CountPipe implements PipeTransform {
  transform(count: number): string {
    return format.format(count);
  }
}
