import { boundedConcatMap } from 'rx-broker/operators';
import { of, toArray } from 'rxjs';

of(1, 2, 3)
  .pipe(
    boundedConcatMap((n) => of(n, 10 * n), { capacity: 5 }),
    toArray(),
  )
  .subscribe((values) => console.log(JSON.stringify(values)));
