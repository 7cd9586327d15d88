import { posix } from 'node:path';
import ts from 'typescript';

/** The folders of `src`, each importing only from itself and from what stands further down. Those of one line know nothing of each other. */
const LAYERS: readonly (readonly string[])[] = [
  ['testing'],
  ['broker'],
  ['routing', 'observability'],
  ['mailbox'],
  ['operators'],
  ['buffer'],
  ['message'],
  ['failure'],
];

/**
 * The folders inside a folder, by the same order; '' are the files beside them. What they load runs one way. They may know each other's
 * types, as files of one folder do.
 */
const ROOMS: Readonly<Record<string, readonly string[]>> = {
  mailbox: ['', 'dispatch', 'turn', 'actor', 'state'],
};

/** What goes against the layers, and why it may: a handler's context names its broker, and a type weighs nothing. */
const EXCEPTIONS = [
  { file: 'mailbox/actor/actor-context.ts', specifier: '../../broker/message-broker', names: ['MessageBroker'] },
] as const;

/** The packages that may be imported, and by which folders. */
const PACKAGES: Readonly<Record<string, (folder: string) => boolean>> = {
  rxjs: () => true,
  'rxjs/testing': (folder) => folder === 'testing',
};

interface Import {
  readonly specifier: string;
  readonly names: readonly string[];
  readonly typeOnly: boolean;
}

/**
 * Every rule that `sources` break, by path below `src`; one line each. Between folders a type counts like a value. Inside one, two files
 * may know each other's types, as a turn and its dispatch do, but not need each other to load; nor may a room need what stands further up.
 */
export function brokenImportRules(sources: ReadonlyMap<string, string>): string[] {
  const broken: string[] = [];
  const graph = new Map<string, string[]>();
  const excepted = new Set<string>();
  for (const [file, text] of sources) {
    const { imports, complaints } = read(file, text);
    broken.push(...complaints);
    if ((levelOf(file) === undefined || roomLevelOf(file) < 0) && !isDoor(file)) broken.push(`${file}: its folder has no place in the layers`);
    const needed: string[] = [];
    for (const found of imports) {
      const exception = exceptionFor(file, found);
      if (exception !== undefined) {
        excepted.add(exception);
        continue;
      }
      const verdict = judge(file, found, sources);
      if (verdict !== undefined) broken.push(verdict);
      if (!found.typeOnly) needed.push(resolve(file, found.specifier));
    }
    graph.set(file, needed);
  }
  for (const { file } of EXCEPTIONS) {
    if (sources.has(file) && !excepted.has(file)) broken.push(`${file}: no longer needs its exception`);
  }
  return [...broken, ...circlesOf(graph).map((circle) => `${circle.join(', ')}: load one another`)];
}

function judge(file: string, { specifier, typeOnly }: Import, sources: ReadonlyMap<string, string>): string | undefined {
  const line = `${file}: imports '${specifier}'`;
  if (!specifier.startsWith('.')) {
    return PACKAGES[specifier]?.(folderOf(file)) === true ? undefined : `${line}, but only rxjs and what is beside it may be imported`;
  }
  const target = resolve(file, specifier);
  if (isDoor(target) || sources.has(target.replace(/\.ts$/, '/index.ts'))) return `${line}, a door`;
  if (!sources.has(target)) return `${line}, which is not there`;
  if (isDoor(file)) return undefined;
  if (folderOf(file) === folderOf(target)) {
    return typeOnly || roomLevelOf(file) <= roomLevelOf(target) ? undefined : `${line}, against the order of the rooms`;
  }
  const from = levelOf(file);
  const to = levelOf(target);
  return from === undefined || to === undefined || from < to ? undefined : `${line}, against the layers`;
}

function exceptionFor(file: string, found: Import): string | undefined {
  return EXCEPTIONS.find(
    (allowed) =>
      allowed.file === file &&
      allowed.specifier === found.specifier &&
      found.typeOnly &&
      found.names.every((name) => (allowed.names as readonly string[]).includes(name)),
  )?.file;
}

const folderOf = (file: string): string => file.slice(0, Math.max(0, file.indexOf('/')));
const isDoor = (file: string): boolean => /^([^/]+\/)?index\.ts$/.test(file);
const resolve = (file: string, specifier: string): string => `${posix.join(posix.dirname(file), specifier)}.ts`;

function levelOf(file: string): number | undefined {
  const level = LAYERS.findIndex((layer) => layer.includes(folderOf(file)));
  return level < 0 ? undefined : level;
}

/** 0 for the files of a folder without rooms, negative for a room without a place. */
function roomLevelOf(file: string): number {
  return (ROOMS[folderOf(file)] ?? ['']).indexOf(file.split('/').slice(1, -1).join('/'));
}

/** What a file takes from others, in every form TypeScript has for it. */
function read(file: string, text: string): { imports: Import[]; complaints: string[] } {
  const imports: Import[] = [];
  const complaints: string[] = [];
  const visit = (node: ts.Node): void => {
    if (ts.isImportDeclaration(node)) {
      const clause = node.importClause;
      const bindings = clause?.namedBindings;
      const elements = bindings !== undefined && ts.isNamedImports(bindings) ? bindings.elements : undefined;
      imports.push({
        specifier: textOf(node.moduleSpecifier),
        names: elements?.map((element) => (element.propertyName ?? element.name).text) ?? ['*'],
        typeOnly: clause?.phaseModifier === ts.SyntaxKind.TypeKeyword,
      });
    } else if (ts.isExportDeclaration(node)) {
      if (node.exportClause === undefined || ts.isNamespaceExport(node.exportClause)) complaints.push(`${file}: export *`);
      if (node.moduleSpecifier !== undefined) {
        imports.push({ specifier: textOf(node.moduleSpecifier), names: ['*'], typeOnly: node.isTypeOnly });
      }
    } else if (ts.isImportTypeNode(node)) {
      imports.push({ specifier: ts.isLiteralTypeNode(node.argument) ? textOf(node.argument.literal) : '?', names: ['*'], typeOnly: true });
    } else if (ts.isImportEqualsDeclaration(node) && ts.isExternalModuleReference(node.moduleReference)) {
      imports.push({ specifier: textOf(node.moduleReference.expression), names: ['*'], typeOnly: node.isTypeOnly });
    } else if (ts.isCallExpression(node) && isLoading(node.expression)) {
      imports.push({ specifier: node.arguments[0] === undefined ? '?' : textOf(node.arguments[0]), names: ['*'], typeOnly: false });
    } else if (ts.isExportAssignment(node) || isDefaultExport(node)) {
      complaints.push(`${file}: a default export`);
    }
    ts.forEachChild(node, visit);
  };
  visit(ts.createSourceFile(file, text, ts.ScriptTarget.Latest));
  return { imports, complaints };
}

const textOf = (node: ts.Node): string => (ts.isStringLiteralLike(node) ? node.text : '?');

const isLoading = (callee: ts.Expression): boolean =>
  callee.kind === ts.SyntaxKind.ImportKeyword || (ts.isIdentifier(callee) && callee.text === 'require');

function isDefaultExport(node: ts.Node): boolean {
  if (ts.isExportSpecifier(node)) return node.name.text === 'default';
  return ts.canHaveModifiers(node) && ts.getModifiers(node)?.some(({ kind }) => kind === ts.SyntaxKind.DefaultKeyword) === true;
}

/** The groups of files that import one another, each sorted. */
function circlesOf(graph: ReadonlyMap<string, readonly string[]>): string[][] {
  const reach = new Map([...graph.keys()].map((file) => [file, reachableFrom(file, graph)]));
  const seen = new Set<string>();
  const circles: string[][] = [];
  for (const [file, reached] of reach) {
    if (seen.has(file) || !reached.has(file)) continue;
    const circle = [...reached].filter((other) => reach.get(other)?.has(file)).sort();
    circle.forEach((member) => seen.add(member));
    circles.push(circle);
  }
  return circles;
}

function reachableFrom(start: string, graph: ReadonlyMap<string, readonly string[]>): Set<string> {
  const reached = new Set<string>();
  const open = [...(graph.get(start) ?? [])];
  for (let file = open.pop(); file !== undefined; file = open.pop()) {
    if (reached.has(file)) continue;
    reached.add(file);
    open.push(...(graph.get(file) ?? []));
  }
  return reached;
}
