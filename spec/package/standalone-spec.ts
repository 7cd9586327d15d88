import { fileURLToPath } from 'node:url';
import { type Plugin, build } from 'esbuild';
import { describe, expect, it } from 'vitest';

const root = fileURLToPath(new URL('../../', import.meta.url));

/** `dist` holds many files in one, so bundlers must drop statements there: here no file may be dropped whole either. */
const byStatement: Plugin = {
  name: 'by statement',
  setup({ onResolve, resolve }) {
    onResolve({ filter: /^\.|^rx-broker/ }, async ({ path, pluginData, ...where }) => {
      if (pluginData === byStatement || where.importer.includes('node_modules')) return undefined;
      return { ...(await resolve(path, { ...where, pluginData: byStatement })), sideEffects: true };
    });
  },
};

/** Bundles code that imports from the package, and answers the files of `src` of which something is left. */
async function bundled(code: string): Promise<string[]> {
  const { metafile } = await build({
    ...{ stdin: { contents: code, resolveDir: root }, absWorkingDir: root, bundle: true, write: false, metafile: true, logLevel: 'silent' },
    ...{ format: 'esm', plugins: [byStatement] },
    alias: { 'rx-broker': './src/index.ts', 'rx-broker/operators': './src/operators/index.ts' },
  });
  const [output] = Object.values(metafile.outputs);
  const files = Object.entries(output!.inputs).filter(([, { bytesInOutput }]) => bytesInOutput > 0);
  return files.map(([path]) => path).filter((path) => path.startsWith('src/'));
}

const foldersOf = (files: readonly string[]): string[] => [...new Set(files.map((path) => path.split('/')[1]!))].sort();

describe('a bundle', () => {
  it('of the broker has nothing of the clients and operators that it does not import', async () => {
    const folders = foldersOf(await bundled("import { InMemoryMessageBroker } from 'rx-broker';\nconsole.log(InMemoryMessageBroker);"));
    expect(folders).toContain('kernel');
    expect(folders).not.toContain('client');
    expect(folders).not.toContain('operators');
  });

  it.each(['actorClient', 'topicState'])('of %s alone has nothing of a broker, nor of the other client', async (name) => {
    const files = await bundled(`import { ${name} } from 'rx-broker';\nconsole.log(${name});`);
    expect(foldersOf(files)).toEqual(['client', 'failure', 'message']);
    expect(files.filter((path) => path.startsWith('src/client/'))).toHaveLength(1);
  });

  it.each(['actorId', 'topicPattern'])('of %s alone has nothing of a broker', async (name) => {
    expect(foldersOf(await bundled(`import { ${name} } from 'rx-broker';\nconsole.log(${name});`))).toEqual(['failure', 'message']);
  });

  it.each([
    ['retryRefused', ['retry-refused']],
    ['ofMessage', ['of-message']],
    ['boundedConcatMap', ['bounded-concat-map', 'bounded-flow', 'bounded-merge-map', 'inner-subscriber']],
  ])('of %s alone has nothing of a broker, nor of another operator', async (name, operators) => {
    const files = await bundled(`import { ${name} } from 'rx-broker/operators';\nconsole.log(${name});`);
    expect(files.filter((path) => path.startsWith('src/operators/')).sort()).toEqual(operators.map((file) => `src/operators/${file}.ts`));
    expect(files).not.toContain('src/message/check-send.ts');
    expect(foldersOf(files)).not.toContain('kernel');
  });
});
