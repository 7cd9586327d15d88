import { fileURLToPath } from 'node:url';
import { ESLint, type Linter } from 'eslint';
import tseslint from 'typescript-eslint';
import { describe, expect, it } from 'vitest';

const folder = fileURLToPath(new URL('linted/', import.meta.url));
const file = `${folder}counter.ts`;

const typed = [...tseslint.configs.recommendedTypeChecked, { languageOptions: { parserOptions: { project: 'tsconfig.json', tsconfigRootDir: folder } } }];

/** Lints with rules that typescript-eslint recommends, and no others. Its answer: what is found, by rule. */
async function lint(baseConfig: Linter.Config[], code?: string): Promise<string[]> {
  const eslint = new ESLint({ cwd: folder, overrideConfigFile: true, baseConfig });
  const [result] = code === undefined ? await eslint.lintFiles(file) : await eslint.lintText(code, { filePath: file });
  return result!.messages.map(({ line, message, ruleId }) => `${line}: ${message} (${String(ruleId)})`);
}

describe("a user's file", () => {
  it('passes the recommended rules with messages of every kind', async () => {
    expect(await lint(typed as Linter.Config[])).toEqual([]);
  });

  it('would not pass with {} for no payload, which is why that is void', async () => {
    const code = "import { message } from 'rx-broker';\nexport const total = message<{}, number>();\n";
    // Without the rules that need types: typescript-eslint has no program for a text that is no file.
    expect(await lint(tseslint.configs.recommended as Linter.Config[], code)).toEqual([expect.stringContaining('@typescript-eslint/no-empty-object-type')]);
  });
});
