import { readdirSync, readFileSync } from 'node:fs';
import { join, relative, sep } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { brokenImportRules } from './import-rules';

const root = fileURLToPath(new URL('../../src', import.meta.url));

function sourcesOf(folder: string): Map<string, string> {
  const files = readdirSync(folder, { recursive: true, withFileTypes: true }).filter((entry) => entry.name.endsWith('.ts'));
  return new Map(
    files.map((file) => {
      const path = join(file.parentPath, file.name);
      return [relative(folder, path).split(sep).join('/'), readFileSync(path, 'utf8')];
    }),
  );
}

/** A tree that keeps every rule, to break one of them at a time. */
const sound = {
  'index.ts': `export { Broker } from './broker/broker';\nexport { type Turn } from './mailbox/turn/turn';`,
  'operators/index.ts': `export { hold } from './hold';`,
  'broker/broker.ts': `import { Turn } from '../mailbox/turn/turn';\nexport class Broker { turn = new Turn(); }`,
  'mailbox/core.ts': `import { Turn } from './turn/turn';\nexport const core = (): Turn => new Turn();`,
  'broker/message-broker.ts': `export interface MessageBroker { name: string }`,
  'mailbox/turn/turn.ts': `import type { ActorContext } from '../actor/actor-context';\nexport class Turn { context?: ActorContext; }`,
  'mailbox/actor/actor-context.ts':
    `import type { MessageBroker } from '../../broker/message-broker';\nexport interface ActorContext { broker: MessageBroker }`,
  'operators/hold.ts': `import { Observable } from 'rxjs';\nexport const hold = (): Observable<number> => new Observable();`,
  'routing/router.ts': `export interface Router { name: string }`,
  'observability/ledger.ts': `export class Ledger {}`,
  'testing/probe.ts': `import { TestScheduler } from 'rxjs/testing';\nimport { Broker } from '../broker/broker';\nexport { Broker, TestScheduler };`,
};

const withChange = (change: Record<string, string>): string[] => brokenImportRules(new Map(Object.entries({ ...sound, ...change })));

describe('the imports of src', () => {
  const sources = sourcesOf(root);

  it('are all read', () => {
    expect([...sources.keys()]).toEqual(
      expect.arrayContaining(['index.ts', 'operators/index.ts', 'testing/index.ts', 'mailbox/actor/actor-context.ts']),
    );
  });

  it('run one way, name what they take, and take nothing but rxjs', () => {
    expect(brokenImportRules(sources)).toEqual([]);
  });
});

describe('the import rules', () => {
  it('find nothing in a sound tree', () => {
    expect(withChange({})).toEqual([]);
  });

  it.each<[what: string, file: string, text: string, complaint: string]>([
    ['a layer taking from the one above', 'operators/hold.ts', `import { Turn } from '../mailbox/turn/turn';`, 'against the layers'],
    ['a type taken from the layer above', 'operators/hold.ts', `import type { Turn } from '../mailbox/turn/turn';`, 'against the layers'],
    ['a type named in place', 'operators/hold.ts', `type Turn = import('../mailbox/turn/turn').Turn;`, 'against the layers'],
    ['a re-export from the layer above', 'operators/hold.ts', `export { Turn } from '../mailbox/turn/turn';`, 'against the layers'],
    ['a lazy import of the layer above', 'operators/hold.ts', `await import('../mailbox/turn/turn');`, 'against the layers'],
    ['one neighbour taking from the other', 'routing/router.ts', `import { Ledger } from '../observability/ledger';`, 'against the layers'],
    ['a folder without a place', 'helpers/x.ts', `export const x = 1;`, 'no place in the layers'],
    ['a room taking from what stands before it', 'mailbox/turn/record.ts', `import { core } from '../core';`, 'against the order of the rooms'],
    ['a room taking from the one above', 'mailbox/actor/actor.ts', `import { Turn } from '../turn/turn';`, 'against the order of the rooms'],
    ['a room without a place', 'mailbox/helpers/x.ts', `export const x = 1;`, 'no place in the layers'],
    ['a room in a folder that has none', 'broker/parts/x.ts', `export const x = 1;`, 'no place in the layers'],
    ['a file beside the door', 'x.ts', `export const x = 1;`, 'no place in the layers'],
    ['a door being imported', 'broker/broker.ts', `import { hold } from '../operators/index';`, 'a door'],
    ['a door imported by its folder', 'broker/broker.ts', `import { hold } from '../operators';`, 'a door'],
    ['a file that is not there', 'broker/broker.ts', `import { a } from './gone';`, 'not there'],
    ['export *', 'index.ts', `export * from './broker/broker';`, 'export *'],
    ['export * as', 'index.ts', `export * as broker from './broker/broker';`, 'export *'],
    ['a default function', 'routing/router.ts', `export default function route() {}`, 'default export'],
    ['a default value', 'routing/router.ts', `export default 1;`, 'default export'],
    ['a name exported as default', 'routing/router.ts', `const a = 1;\nexport { a as default };`, 'default export'],
    ['a built-in module', 'routing/router.ts', `import { join } from 'node:path';`, 'only rxjs'],
    ['another package', 'routing/router.ts', `import type { It } from 'vitest';`, 'only rxjs'],
    ['an inner path of rxjs', 'routing/router.ts', `import { map } from 'rxjs/internal/operators/map';`, 'only rxjs'],
    ['the test scheduler outside testing', 'routing/router.ts', `import { TestScheduler } from 'rxjs/testing';`, 'only rxjs'],
    ['a require', 'routing/router.ts', `import path = require('node:path');`, 'only rxjs'],
  ])('find %s', (_what, file, text, complaint) => {
    expect(withChange({ [file]: text })).toEqual([expect.stringContaining(complaint)]);
  });

  it('find files that load one another', () => {
    const circle = withChange({
      'routing/router.ts': `import { key } from './key';\nexport const router = (): number => key();`,
      'routing/key.ts': `import { router } from './router';\nexport const key = (): number => router();`,
    });
    expect(circle).toEqual(['routing/key.ts, routing/router.ts: load one another']);
  });

  it('let files of one folder know the types of each other', () => {
    const circle = withChange({
      'routing/router.ts': `import { key } from './key';\nexport const router = key;`,
      'routing/key.ts': `import type { router } from './router';\nexport const key: typeof router | 1 = 1;`,
    });
    expect(circle).toEqual([]);
  });

  it('let a room know the types of what stands above it', () => {
    const turn = `import type { core } from '../core';\nimport type { ActorContext } from '../actor/actor-context';
      export class Turn { context?: ActorContext; made?: typeof core; }`;
    expect(withChange({ 'mailbox/turn/turn.ts': turn })).toEqual([]);
  });

  it.each([
    ['its value', 'mailbox/actor/actor-context.ts', `import { MessageBroker } from '../../broker/message-broker';`],
    ['another type of it', 'mailbox/actor/actor-context.ts', `import type { MessageBroker, CloseOptions } from '../../broker/message-broker';`],
    ['another file of its folder', 'mailbox/actor/actor-context.ts', `import type { Broker } from '../../broker/broker';`],
    ['the type in another file', 'mailbox/turn/turn.ts', `import type { MessageBroker } from '../../broker/message-broker';`],
  ])('let a context name its broker, but not %s', (_what, file, text) => {
    expect(withChange({ [file]: text })).toContainEqual(expect.stringContaining('against the layers'));
  });

  it('say when an exception is no longer needed', () => {
    expect(withChange({ 'mailbox/actor/actor-context.ts': `export interface ActorContext { name: string }` })).toEqual([
      'mailbox/actor/actor-context.ts: no longer needs its exception',
    ]);
  });
});
