import { Pipe, type PipeTransform } from '@angular/core';

/** Cents as people write them: 100.42. */
@Pipe({ name: 'money' })
export class MoneyPipe implements PipeTransform {
  transform(cents: number): string {
    return (cents / 100).toFixed(2);
  }
}
