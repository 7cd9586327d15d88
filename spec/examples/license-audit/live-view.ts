import logUpdate from 'log-update';
import colors from 'picocolors';
import { type Subscription, interval, pairwise, map, startWith } from 'rxjs';
import type { Audit, Progress } from './audit';

const FRAME = 100;
const LINE = 1_000;
const BAR = 20;

/** Shows how far an audit is: a live view in a terminal, a plain line now and then elsewhere. */
export function showProgress(audit: Audit, output: NodeJS.WriteStream): Subscription {
  const period = output.isTTY ? FRAME : LINE;
  const progress$ = interval(period).pipe(
    map(() => audit.progress()),
    startWith(audit.progress()),
    pairwise(),
    map(([before, now]) => ({ now, perSecond: Math.round(((now.parsed - before.parsed) * 1_000) / period) })),
  );
  const subscription = progress$.subscribe(({ now, perSecond }) => {
    if (output.isTTY) logUpdate(frame(now, perSecond));
    else output.write(`${line(now, perSecond)}\n`);
  });
  if (output.isTTY) subscription.add(() => logUpdate.clear());
  return subscription;
}

function line({ found, parsed, lost }: Progress, perSecond: number): string {
  return `${found} found, ${parsed} parsed, ${lost} dead letters, ${perSecond} files a second`;
}

function frame(progress: Progress, perSecond: number): string {
  const depths = progress.mailboxes.map(({ name, size, capacity, inFlight }) => {
    const filled = Math.round((size / capacity) * BAR);
    return `${name.padEnd(10)} ${colors.cyan('█'.repeat(filled))}${colors.dim('░'.repeat(BAR - filled))} ${size}/${capacity} queued, ${inFlight} at work`;
  });
  return [line(progress, perSecond), `${progress.withoutLicence} without a licence`, ...depths].join('\n');
}
