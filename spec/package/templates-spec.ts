import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { createCompilerHost, createProgram, readConfiguration } from '@angular/compiler-cli';
import ts from 'typescript';
import { beforeAll, describe, expect, it } from 'vitest';

const root = fileURLToPath(new URL('../../', import.meta.url));

/** The start of each file: a protocol, its actor and a topic. */
const shop = [
  "import { Component } from '@angular/core';",
  "import { actorId, message, protocol, topic } from 'rx-broker';",
  "import { injectActor, injectCommand, injectDispatch, injectRequest, injectState, injectTopic } from 'rx-broker/angular';",
  'const Cart = protocol("cart", { add: message<{ sku: string }>(), total: message<void, { cents: number }>(), pay: message<{ cents: number }, { receipt: string }>() });',
  'const cart = actorId(Cart);',
  "const items = topic<{ count: number }>('cart.items');",
];

/** A page that has every function of `rx-broker/angular`, with this template. */
const page = (template: string): string =>
  `@Component({ selector: 'shop-page', template: ${JSON.stringify(template)} }) export class Page {
     readonly dispatch = injectDispatch(cart, Cart);
     readonly total = injectRequest(cart, () => Cart.total());
     readonly pay = injectCommand(cart, Cart.pay);
     readonly items = injectTopic(items, { initialValue: { count: 0 } });
     readonly state = injectState(items, { count: 0 });
   }`;

const right = page(`
  <button (click)="dispatch.add({ sku: 'pear' })">Add</button>
  <button (click)="pay({ cents: 500 })" [disabled]="pay.isPending()">{{ pay.value()?.receipt }}</button>
  @if (total.hasValue()) { {{ total.value().cents.toFixed(2) }} }
  {{ items().count.toFixed() }} <button (click)="state.set({ count: 0 })">Clear</button>`);

/** What a template must not say, and what the compiler answers. */
const templates: readonly (readonly [string, string, RegExp])[] = [
  ['a message that the protocol does not have', `<p (click)="dispatch.remove({ sku: 'pear' })"></p>`, /Property 'remove' does not exist/],
  ['a payload of another type', `<p (click)="dispatch.add({ sku: 5 })"></p>`, /Type 'number' is not assignable to type 'string'/],
  ['a message without its payload', `<p (click)="dispatch.add()"></p>`, /Expected 1/],
  ['a message with a reply, which is asked and not told', `<p (click)="dispatch.total()"></p>`, /Property 'total' does not exist/],
  ['a field that the reply does not have', `@if (total.hasValue()) { {{ total.value().euros }} }`, /Property 'euros' does not exist/],
  ['a reply that may not be there yet', `{{ total.value().cents }}`, /possibly 'undefined'/],
  ['the payload of a command of another type', `<p (click)="pay({ cents: '5' })"></p>`, /Type 'string' is not assignable to type 'number'/],
  ['the result of a command as there before its call', `{{ pay.value().receipt }}`, /possibly 'undefined'/],
  ['a field that the topic does not have', `{{ items().amount }}`, /Property 'amount' does not exist/],
  ['a state set to another type', `<p (click)="state.set({ count: 'none' })"></p>`, /Type 'string' is not assignable to type 'number'/],
];

/** What a class must not say. */
const fields: readonly (readonly [string, string, RegExp])[] = [
  ['a topic without its initial value', 'readonly items = injectTopic(items);', /Expected 2 arguments, but got 1/],
  ['an initial value of another type', 'readonly items = injectTopic(items, { initialValue: 0 });', /not assignable to type '.*count: number/],
  ['a state without its initial value', 'readonly items = injectState(items);', /Expected 2-3 arguments, but got 1/],
  ['a state that begins with another type', 'readonly items = injectState(items, { count: true });', /Type 'boolean' is not assignable to type 'number'/],
  ['a message that the actor does not take', "readonly reply = injectRequest(cart, () => ({ type: 'cart/remove' as const, payload: 5 }));", /is not assignable/],
  ['the reply of another message', 'readonly reply = injectRequest(cart, () => Cart.total()); readonly receipt = this.reply.value()!.receipt;', /Property 'receipt' does not exist/],
  ['an actor that does not handle all messages', 'readonly actor = injectActor(cart, Cart, { add: () => undefined });', /missing the following properties/],
  [
    'a handler with another reply',
    "readonly actor = injectActor(cart, Cart, { add: () => undefined, total: () => ({ cents: '5' }), pay: () => ({ receipt: '' }) });",
    /Type 'string' is not assignable to type 'number'|No overload matches/,
  ],
];

const sources = [
  right,
  ...templates.map(([, template]) => page(template)),
  ...fields.map(([, field]) => `@Component({ selector: 'shop-page', template: '' }) export class Page { ${field} }`),
];

/** What Angular's compiler reports of each of `sources`: the first line of each mistake. */
let mistakes: readonly (readonly string[])[];

/** One application of all sources, since most of the time goes to reading Angular's types. Below the root, where it finds the packages. */
beforeAll(async () => {
  await mkdir(join(root, '.reports'), { recursive: true });
  const project = await mkdtemp(join(root, '.reports/templates-'));
  try {
    const config = {
      extends: '../../tsconfig.json',
      compilerOptions: { noUnusedLocals: false },
      angularCompilerOptions: { strictTemplates: true },
      include: ['*.ts'],
    };
    await writeFile(join(project, 'tsconfig.json'), JSON.stringify(config));
    await Promise.all(sources.map((source, at) => writeFile(join(project, `page-${at}.ts`), [...shop, source, ''].join('\n'))));
    const { rootNames, options } = readConfiguration(join(project, 'tsconfig.json'));
    const program = createProgram({ rootNames, options, host: createCompilerHost({ options }) });
    // Both kinds: a mistake in a class would hide those in templates from who asks for everything at once.
    const errors = [...program.getTsSemanticDiagnostics(), ...program.getNgSemanticDiagnostics()].filter(({ category }) => category === ts.DiagnosticCategory.Error);
    mistakes = sources.map((_, at) =>
      errors
        .filter(({ file }) => basename(file?.fileName ?? '').startsWith(`page-${at}.ts`))
        .map(({ messageText }) => ts.flattenDiagnosticMessageText(messageText, ' ').replaceAll('\n', ' ')),
    );
    expect(mistakes.flat()).toHaveLength(errors.length);
  } finally {
    await rm(project, { recursive: true });
  }
});

describe('a template', () => {
  it('compiles with the messages, replies and values that there are', () => expect(mistakes[0]).toEqual([]));

  it.each(templates.map(([what, , why], at) => [what, why, 1 + at] as const))('does not compile with %s', (_, why, at) => {
    expect(mistakes[at]).toEqual([expect.stringMatching(why)]);
  });
});

describe('a component', () => {
  it.each(fields.map(([what, , why], at) => [what, why, 1 + templates.length + at] as const))('does not compile with %s', (_, why, at) => {
    expect(mistakes[at]).toEqual([expect.stringMatching(why)]);
  });
});
