/**
 * Which licences does this project install? Reads every package.json below a folder through an actor broker.
 *
 *     npm run example:audit                      this project's node_modules
 *     npm run example:audit -- some/folder       any folder
 *     npm -s run example:audit -- --json         the report as JSON
 *
 * Exit codes: 0 done, 1 something broke, 2 bad arguments or no such folder, 130 stopped by Ctrl-C (what was found is still reported).
 */
import { parseArgs } from 'node:util';
import { checkFolder, startAudit } from './license-audit/audit';
import { showProgress } from './license-audit/live-view';
import { printReport } from './license-audit/print-report';
import { endWithPipe } from './terminal/live-terminal';
import { INTERRUPTED, whenInterrupted } from './terminal/program';

const USAGE = 'usage: npm run example:audit -- [folder] [--json]   (default folder: node_modules)';
const BAD_USE = 2;

function argumentsOf(args: string[]): { folder: string; json: boolean; help: boolean } {
  const { values, positionals } = parseArgs({
    args,
    allowPositionals: true,
    options: { json: { type: 'boolean', default: false }, help: { type: 'boolean', short: 'h', default: false } },
  });
  if (positionals.length > 1) throw new Error(`one folder at a time, got ${positionals.length}: ${positionals.join(', ')}`);
  return { folder: positionals[0] ?? 'node_modules', json: values.json, help: values.help };
}

async function main(): Promise<number> {
  let folder: string;
  let json: boolean;
  try {
    const given = argumentsOf(process.argv.slice(2));
    if (given.help) {
      console.log(USAGE);
      return 0;
    }
    ({ folder, json } = given);
    await checkFolder(folder);
  } catch (error) {
    console.error(`license-audit: ${(error as Error).message}\n${USAGE}`);
    return BAD_USE;
  }

  const audit = startAudit(folder);
  whenInterrupted(['SIGINT', 'SIGTERM'], () => audit.stop());
  if (json) console.error(`license-audit: reading ${folder} …`);
  const view = json ? undefined : showProgress(audit, process.stdout);
  const report = await audit.report;
  view?.unsubscribe();
  if (json) console.log(JSON.stringify(report, null, 2));
  else printReport(report, (text) => { console.log(text); });
  if (!report.addsUp) return 1;
  return report.interrupted ? INTERRUPTED : 0;
}

endWithPipe(process);
process.exitCode = await main();
