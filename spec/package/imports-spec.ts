import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { circlesOf, forbiddenIn, sourcesOf } from './imports';

const read = (folder: string): ReturnType<typeof sourcesOf> => sourcesOf(fileURLToPath(new URL(`../../${folder}`, import.meta.url)));
const sources = (files: Record<string, string>): Map<string, string> => new Map(Object.entries(files));

describe('the imports of src', () => {
  const src = read('src');

  it('run in no circle, types included', () => {
    expect(circlesOf(src)).toEqual([]);
  });

  it('run one way, and name what they import', () => {
    expect([...src.keys()]).toContain('index.ts');
    expect(forbiddenIn(src)).toEqual([]);
  });
});

describe('the imports of bench', () => {
  it('run in no circle, types included', () => {
    expect(circlesOf(read('bench'))).toEqual([]);
  });
});

describe('circlesOf', () => {
  it('finds files that know the types of one another', () => {
    const made = sources({
      'a.ts': `import type { B } from './b';\nexport interface A { b: B }`,
      'b.ts': `export interface B { c: import('./c').C }`,
      'c.ts': `export type { A as C } from './a';`,
      'd.ts': `import { a } from './a';\nimport { e } from './e';`,
      'e.ts': `export const e = 1;`,
    });
    expect(circlesOf(made)).toEqual([['a.ts', 'b.ts', 'c.ts']]);
  });

  it.each([
    ['two circles', { 'a.ts': `import './b';`, 'b.ts': `import './a';\nimport './c';`, 'c.ts': `import './d';`, 'd.ts': `import './c';` }, 2],
    ['a file that imports itself', { 'a.ts': `import { a } from './a';` }, 1],
    ['a folder that is imported by its index', { 'a/index.ts': `export { b } from '../b';`, 'b.ts': `import { b } from './a';` }, 1],
    ['no circle in two ways to one file', { 'a.ts': `import './b';\nimport './c';`, 'b.ts': `import './c';`, 'c.ts': '' }, 0],
  ])('finds %s', (_what, files, count) => {
    expect(circlesOf(sources(files as Record<string, string>))).toHaveLength(count);
  });
});

describe('forbiddenIn', () => {
  const sound = {
    'index.ts': `export { Broker } from './broker/broker';\nexport type { Key } from './message/key';`,
    'broker/broker.ts': `import { Subject } from 'rxjs';\nimport { task } from '../kernel/task';\nimport type { Options } from './options';`,
    'broker/options.ts': `import type { Key } from '../message/key';`,
    'operators/hold.ts': `import { toMetrics } from '../observability/metrics';`,
    'observability/metrics.ts': `export const toMetrics = 1;`,
    'routing/router.ts': `import type { Key } from '../message/key';`,
    'kernel/task.ts': `export const task = 1;`,
    'message/key.ts': `export type Key = string;`,
    'testing/probe.ts': `import { TestScheduler } from 'rxjs/testing';\nimport { Broker } from '../broker/broker';`,
  };
  const withChange = (file: string, text: string): string[] => forbiddenIn(sources({ ...sound, [file]: text }));

  it('finds nothing in a sound tree', () => {
    expect(forbiddenIn(sources(sound))).toEqual([]);
  });

  it.each([
    ['a value from the wrong side', 'kernel/task.ts', `import { Broker } from '../broker/broker';`],
    ['a type from the wrong side', 'message/key.ts', `import type { task } from '../kernel/task';`],
    ['a type named in place', 'message/key.ts', `export type Key = typeof import('../kernel/task').task;`],
    ['a re-export from the wrong side', 'kernel/task.ts', `export { Broker } from '../broker/broker';`],
    ['an import of the root index', 'kernel/task.ts', `import type { Broker } from '../index';`],
    ['an operator that takes from the broker', 'operators/hold.ts', `import type { Broker } from '../broker/broker';`],
    ['a broker that takes from the operators', 'broker/broker.ts', `import { hold } from '../operators/hold';`],
    ['routing that takes from observability', 'routing/router.ts', `import { toMetrics } from '../observability/metrics';`],
    ['a file that is not there', 'broker/broker.ts', `import { gone } from './gone';`],
    ['a built-in module', 'routing/router.ts', `import { join } from 'node:path';`],
    ['a package', 'routing/router.ts', `import type { It } from 'vitest';`],
    ['the test scheduler outside testing', 'routing/router.ts', `import { TestScheduler } from 'rxjs/testing';`],
    ['a folder without a place', 'helpers/x.ts', `export const x = 1;`],
    ['export *', 'index.ts', `export * from './broker/broker';`],
    ['export * as', 'index.ts', `export * as broker from './broker/broker';`],
    ['a default value', 'kernel/task.ts', `export default 1;`],
    ['a name exported as default', 'kernel/task.ts', `const a = 1;\nexport {\n  a as default,\n};`],
  ])('finds %s', (_what, file, text) => {
    expect(withChange(file, text)).toEqual([expect.stringContaining(file)]);
  });
});
