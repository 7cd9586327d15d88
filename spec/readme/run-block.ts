import * as assert from 'node:assert';
import * as asyncHooks from 'node:async_hooks';
import { formatWithOptions } from 'node:util';
import { runInThisContext } from 'node:vm';
import * as rxjs from 'rxjs';
import * as rxjsTesting from 'rxjs/testing';
import * as rxBroker from 'rx-broker';
import * as distributed from 'rx-broker/distributed';
import * as operators from 'rx-broker/operators';
import * as testing from 'rx-broker/testing';
import ts from 'typescript';
import { vi } from 'vitest';
import type { CodeBlock } from './code-blocks';

/** What a block may import at run time: the sources, under the names that users know. */
const MODULES: Readonly<Record<string, unknown>> = {
  'node:assert': assert,
  'node:async_hooks': asyncHooks,
  rxjs,
  'rxjs/testing': rxjsTesting,
  'rx-broker': rxBroker,
  'rx-broker/distributed': distributed,
  'rx-broker/operators': operators,
  'rx-broker/testing': testing,
  vitest: { vi },
};

type Body = (require: (name: string) => unknown, exports: object, printAt: (line: number) => (...values: unknown[]) => void) => Promise<unknown>;

/** What a block printed, by the line of its `console.log`. */
export type Printed = Map<number, string[]>;

/**
 * Runs a block as a module, `await` at the top and all. Synchronous up to the first `await`, so that virtual time can run it.
 * `returned` names constants of the block that are wanted.
 */
export function runBlock(block: CodeBlock, returned: readonly string[] = []): { printed: Printed; done: Promise<unknown> } {
  const printed: Printed = new Map();
  const body = runInThisContext(`(async (require, exports, printAt) => {${compile(block)}\nreturn { ${returned.join(', ')} };\n})`, {
    filename: `${block.page}#${String(block.line)}`,
  }) as Body;
  const printAt = (line: number) => (...values: unknown[]): void => {
    const lines = printed.get(line) ?? [];
    lines.push(formatWithOptions({ breakLength: Infinity }, ...values));
    printed.set(line, lines);
  };
  return { printed, done: body(load, {}, printAt) };
}

function load(name: string): unknown {
  if (!(name in MODULES)) throw new Error(`a block imports '${name}', which none can`);
  return MODULES[name];
}

/** As CommonJS, since its imports can be given by a function; every `console.log` says where it stands. */
function compile({ code, line }: CodeBlock): string {
  const told = code
    .split('\n')
    .map((text, index) => text.replaceAll(/\bconsole\.log\b/g, `printAt(${String(line + index)})`))
    .join('\n');
  const { outputText } = ts.transpileModule(told, {
    compilerOptions: { target: ts.ScriptTarget.ES2022, module: ts.ModuleKind.CommonJS },
  });
  return outputText;
}

/**
 * What a block says that it prints: `console.log(…); // → 1, then 2`. An arrow below a `console.log` belongs to it as well.
 *
 * @throws {Error} for a `console.log` that does not say what it prints.
 */
export function promised({ page, code, line }: CodeBlock): Map<number, string> {
  const at = (lineNumber: number): string => `${page}:${String(lineNumber)}`;
  const expected = new Map<number, string>();
  let open: number | undefined;
  for (const [index, text] of code.split('\n').entries()) {
    if (text.includes('console.log')) {
      if (open !== undefined) throw new Error(`${at(open)} prints, and does not say what`);
      open = line + index;
    }
    const arrow = /\/\/ → (.*)$/.exec(text);
    if (arrow === null) continue;
    if (open === undefined) throw new Error(`${at(line + index)} says what is printed, where nothing prints`);
    expected.set(open, arrow[1]!.trim());
    open = undefined;
  }
  if (open !== undefined) throw new Error(`${at(open)} prints, and does not say what`);
  return expected;
}
