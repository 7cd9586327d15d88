import { readdirSync, readFileSync } from 'node:fs';
import { join, posix, relative, sep } from 'node:path';
import ts from 'typescript';

/**
 * The folders of `src`. Each imports from itself and from what stands further down. Folders on one line do not import each other.
 * `src/index.ts` may import all of them.
 */
const ORDER: readonly (readonly string[])[] = [
  ['angular', 'react'],
  ['testing'],
  ['transports'],
  ['distributed'],
  ['operators', 'broker', 'client'],
  ['routing', 'observability'],
  ['mailbox'],
  ['kernel'],
  ['buffer'],
  ['message'],
  ['failure'],
];

/** The packages that may be imported, and the folders that may import them. Any other package would be built into `dist`. */
const PACKAGES: Readonly<Record<string, (folder: string) => boolean>> = {
  rxjs: () => true,
  'rxjs/testing': (folder) => folder === 'testing',
  // Optional peers of the one entry that needs them.
  '@angular/core': (folder) => folder === 'angular',
  '@angular/core/rxjs-interop': (folder) => folder === 'angular',
  '@angular/core/testing': (folder) => folder === 'angular',
  '@nats-io/nats-core': (folder) => folder === 'transports',
  '@nats-io/jetstream': (folder) => folder === 'transports',
  '@nats-io/kv': (folder) => folder === 'transports',
  react: (folder) => folder === 'react',
  devalue: (folder) => folder === 'distributed',
};

/** TypeScript files by their path below a folder. */
export type Sources = ReadonlyMap<string, string>;

export function sourcesOf(folder: string): Sources {
  const files = readdirSync(folder, { recursive: true, withFileTypes: true }).filter(({ name }) => /\.tsx?$/.test(name));
  const paths = files.map(({ parentPath, name }) => join(parentPath, name));
  return new Map(paths.map((path) => [relative(folder, path).split(sep).join('/'), readFileSync(path, 'utf8')]));
}

/** The groups of files that import one another, types included: the strongly connected components, by Tarjan's algorithm. */
export function circlesOf(sources: Sources): string[][] {
  const indexes = new Map<string, number>();
  const stack: string[] = [];
  const circles: string[][] = [];
  /** Returns the lowest index on the stack that the file reaches. */
  const visit = (file: string): number => {
    const index = indexes.size;
    indexes.set(file, index);
    const depth = stack.push(file) - 1;
    let lowest = index;
    const targets = importsOf(file, sources).flatMap(({ target }) => target ?? []);
    for (const target of targets) {
      if (!indexes.has(target)) lowest = Math.min(lowest, visit(target));
      else if (stack.includes(target)) lowest = Math.min(lowest, indexes.get(target)!);
    }
    if (lowest < index) return lowest;
    const group = stack.splice(depth);
    if (group.length > 1 || targets.includes(file)) circles.push(group.sort());
    return lowest;
  };
  for (const file of sources.keys()) if (!indexes.has(file)) visit(file);
  return circles;
}

/** The imports and exports that the house forbids, one line for each. */
export function forbiddenIn(sources: Sources): string[] {
  return [...sources].flatMap(([file, text]) => [
    ...(folderOf(file) === '' || rankOf(file) >= 0 ? [] : [`${file}: its folder has no place in the order`]),
    ...(/\bexport\s+(type\s+)?\*/.test(text) ? [`${file}: export *`] : []),
    ...(/\bexport\s+(default\b|\{[^}]*\bas\s+default\b)/.test(text) ? [`${file}: a default export`] : []),
    ...importsOf(file, sources)
      .filter(({ specifier, target }) => !isAllowed(file, specifier, target))
      .map(({ specifier }) => `${file}: imports '${specifier}'`),
  ]);
}

function isAllowed(file: string, specifier: string, target: string | undefined): boolean {
  const folder = folderOf(file);
  if (!specifier.startsWith('.')) return PACKAGES[specifier]?.(folder) === true;
  if (target === undefined) return false;
  return folder === '' || folder === folderOf(target) || rankOf(file) < rankOf(target);
}

const folderOf = (file: string): string => file.slice(0, Math.max(0, file.indexOf('/')));
const rankOf = (file: string): number => ORDER.findIndex((folders) => folders.includes(folderOf(file)));

/** Every `import` and `export … from`, dynamic imports and types named by `import()` included. A package, or a file that is not there, has no target. */
function importsOf(file: string, sources: Sources): { readonly specifier: string; readonly target: string | undefined }[] {
  return ts.preProcessFile(sources.get(file)!).importedFiles.map(({ fileName: specifier }) => {
    const path = posix.join(posix.dirname(file), specifier);
    const target = [`${path}.ts`, `${path}.tsx`, `${path}/index.ts`].find((candidate) => sources.has(candidate));
    return { specifier, target: specifier.startsWith('.') ? target : undefined };
  });
}
