import { concatMap, Observable, of, Subject, type OperatorFunction } from 'rxjs';
import { boundedConcatMap } from 'rx-broker/operators';
import { against } from '../harness/against';
import type { Part } from '../harness/part';
import type { Work } from '../harness/work';

const operations = 8192;

function through(name: string, operator: OperatorFunction<number, number>): Work {
  const source = new Subject<number>();
  let arrived = 0;
  source.pipe(operator).subscribe(() => arrived++);
  return {
    name,
    operations,
    run() {
      for (let index = 0; index < operations; index++) source.next(index);
    },
    arrived: () => arrived,
  };
}

const inner = (value: number): Observable<number> => of(value);

export const operators: Part = {
  title: 'Operators',
  about: 'A value through boundedConcatMap with a synchronous inner stream, beside concatMap with the same one.',
  cases: {
    boundedConcatMap: async (bench) => {
      const row = { work: 'boundedConcatMap, synchronous inner', budget: 'boundedConcatMap / concatMap' };
      const ours = through('boundedConcatMap', boundedConcatMap(inner, { capacity: 1000 }));
      return [await against(bench, { ...row, ours, floor: through('concatMap', concatMap(inner)) })];
    },
  },
};
