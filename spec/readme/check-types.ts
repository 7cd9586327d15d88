import { dirname, join } from 'node:path';
import ts from 'typescript';
import type { CodeBlock } from './code-blocks';

/** The files on the disk, each parsed once for all programs. */
const parsed = new Map<string, ts.SourceFile | undefined>();

/** Type-checks all blocks, each a module of its own, in one program with the options of `tsconfig.json`. Returns the errors, by the page's line. */
export function typeErrors(blocks: readonly CodeBlock[], root: string): string[] {
  const configPath = join(root, 'tsconfig.json');
  const config = ts.parseJsonConfigFileContent(ts.readConfigFile(configPath, (path) => ts.sys.readFile(path)).config, ts.sys, root);
  // What a block leaves unused is for the reader to use.
  const options: ts.CompilerOptions = { ...config.options, noUnusedLocals: false, noUnusedParameters: false };
  const folder = join(dirname(configPath), 'spec', 'readme');
  const pages = new Map<string, string>();
  const sources = new Map<string, string>();
  for (const { page, code, info, line } of blocks) {
    const name = join(folder, `${page.replaceAll('/', '-')}-${String(line)}.${info === 'tsx' ? 'tsx' : 'ts'}`);
    pages.set(name, page);
    // Empty lines in front: the compiler's lines are the page's.
    sources.set(name, `${'\n'.repeat(line - 1)}${code}\nexport {};\n`);
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
      return `${pages.get(name)!}:${String(at + 1)} ${ts.flattenDiagnosticMessageText(diagnostic.messageText, '\n')}`;
    });
  });
}
