import { dirname, join } from 'node:path';
import ts from 'typescript';
import type { CodeBlock } from './code-blocks';

/** As much of Angular as the README's one block for it needs: its types are checked without installing it. */
const ANGULAR = `
declare module '@angular/core' {
  export class InjectionToken<T> {
    constructor(description: string, options?: { providedIn?: 'root'; factory: () => T });
    readonly type: T;
  }
  export abstract class DestroyRef { abstract onDestroy(callback: () => void): () => void; }
  export function inject<T>(token: InjectionToken<T> | (abstract new (...args: never[]) => T)): T;
  export function Component(options: { selector: string; template: string }): (target: unknown, context?: unknown) => void;
  export type Signal<T> = () => T;
}
declare module '@angular/core/rxjs-interop' {
  import type { Signal } from '@angular/core';
  import type { Subscribable } from 'rxjs';
  export function toSignal<T>(source: Subscribable<T>, options: { requireSync: true }): Signal<T>;
}
`;

/** What is on the disk, parsed once however many programs read it. */
const parsed = new Map<string, ts.SourceFile | undefined>();

/** Type-checks all blocks, each a module of its own, in one program with the options of `tsconfig.json`. What is wrong, by the README's line. */
export function typeErrors(blocks: readonly CodeBlock[], root: string): string[] {
  const configPath = join(root, 'tsconfig.json');
  const config = ts.parseJsonConfigFileContent(ts.readConfigFile(configPath, (path) => ts.sys.readFile(path)).config, ts.sys, root);
  // What a block leaves unused is for the reader to use.
  const options: ts.CompilerOptions = { ...config.options, noUnusedLocals: false, noUnusedParameters: false };
  const folder = join(dirname(configPath), 'spec', 'readme');
  const sources = new Map<string, string>([[join(folder, 'angular.d.ts'), ANGULAR]]);
  for (const { code, line } of blocks) {
    // Empty lines in front: the compiler's lines are the README's.
    sources.set(join(folder, `block-${String(line)}.ts`), `${'\n'.repeat(line - 1)}${code}\nexport {};\n`);
  }
  const host = ts.createCompilerHost(options);
  const { readFile, fileExists, getSourceFile } = host;
  host.readFile = (name) => sources.get(name) ?? readFile(name);
  host.fileExists = (name) => sources.has(name) || fileExists(name);
  host.getSourceFile = (name, language, ...rest) => {
    const text = sources.get(name);
    if (text !== undefined) return ts.createSourceFile(name, text, language);
    if (!parsed.has(name)) parsed.set(name, getSourceFile(name, language, ...rest));
    return parsed.get(name);
  };
  const program = ts.createProgram([...sources.keys()], options, host);
  return [...sources.keys()].flatMap((name) => {
    const file = program.getSourceFile(name);
    return [...program.getSyntacticDiagnostics(file), ...program.getSemanticDiagnostics(file)].map((diagnostic) => {
      const at = diagnostic.file?.getLineAndCharacterOfPosition(diagnostic.start ?? 0).line ?? 0;
      return `README.md:${String(at + 1)} ${ts.flattenDiagnosticMessageText(diagnostic.messageText, '\n')}`;
    });
  });
}
