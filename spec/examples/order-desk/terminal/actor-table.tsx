import { Box, Text } from 'ink';
import type { ReactElement } from 'react';
import { type ActorRates, lossesOf } from '../desk-frames';
import { bar, sparkline } from './bars';
import { count, duration, shortCount } from './numbers';
import { palette } from './palette';

export interface ActorTableProps {
  readonly actors: readonly ActorRates[];
  /** How full each mailbox was, 0 to 1, by the name of its actor, the oldest first. */
  readonly history: ReadonlyMap<string, readonly number[]>;
  readonly width: number;
}

/** The widths of the columns. One that does not fit is 0. */
interface Columns {
  readonly name: number;
  readonly bar: number;
  readonly depth: number;
  readonly history: number;
  readonly rate: number;
  readonly time: number;
  readonly lost: number;
}

/** A row for each actor: its queue as a bar, its rate, how long its turns take, and what it has lost. */
export function ActorTable({ actors, history, width }: ActorTableProps): ReactElement {
  const columns = columnsOf(width);
  return (
    <Box flexDirection="column" width={width} flexShrink={0}>
      <Text wrap="truncate" color={palette.quiet}>
        {heading(columns)}
      </Text>
      {actors.map((actor) => (
        <Row key={actor.name} actor={actor} past={history.get(actor.name) ?? []} columns={columns} />
      ))}
    </Box>
  );
}

function columnsOf(width: number): Columns {
  const name = 12;
  const depth = 6;
  if (width < 60) return { name, depth, bar: width - name - depth - 8, history: 0, rate: 0, time: 0, lost: 8 };
  const rate = width < 100 ? 8 : 10;
  const time = 9;
  const past = width >= 100 ? Math.min(30, 2 * Math.floor((width - 80) * 0.3)) + 2 : 0;
  const rest = width - name - depth - rate - time - past;
  const barWidth = Math.min(30, Math.max(10, Math.floor(rest * 0.38)));
  return { name, depth, bar: barWidth, history: past, rate, time, lost: rest - barWidth };
}

function heading({ name, bar: barWidth, depth, history, rate, time, lost }: Columns): string {
  const cells = ['actor'.padEnd(name), 'queued'.padEnd(barWidth + depth)];
  if (history > 0) cells.push(`  the last ${(history - 2) / 2} s`.padEnd(history));
  if (rate > 0) cells.push('turns/s'.padStart(rate));
  if (time > 0) cells.push('a turn'.padStart(time));
  cells.push(rate > 0 ? `  lost`.padEnd(lost) : 'lost'.padStart(lost));
  return cells.join('');
}

function Row({ actor, past, columns }: { readonly actor: ActorRates; readonly past: readonly number[]; readonly columns: Columns }): ReactElement {
  const { name, depth, capacity, meanDepth, turnsPerSecond, turnTime, lostPerSecond } = actor;
  const fullness = meanDepth / capacity;
  const { filled, empty } = bar(fullness, columns.bar);
  const isConflating = capacity === 1;
  const level = isConflating ? palette.calm : fullness < 0.5 ? palette.good : fullness < 0.9 ? palette.busy : palette.bad;
  const lossColour = lostPerSecond === 0 ? palette.quiet : isConflating ? palette.busy : palette.bad;
  return (
    <Text wrap="truncate">
      <Text bold={!isConflating}>{name.padEnd(columns.name)}</Text>
      <Text color={level}>{filled}</Text>
      <Text color={palette.quiet}>{empty.replaceAll(' ', '·')}</Text>
      <Text color={palette.quiet}>{`${depth}/${capacity}`.padStart(columns.depth)}</Text>
      {columns.history > 0 && <Text color={level}>{`  ${sparkline(past, columns.history - 2)}`}</Text>}
      {columns.rate > 0 && <Text>{count(turnsPerSecond).padStart(columns.rate)}</Text>}
      {columns.time > 0 && <Text color={palette.quiet}>{(turnTime === undefined ? '–' : duration(turnTime)).padStart(columns.time)}</Text>}
      <Text color={lossColour}>{lossText(actor, columns)}</Text>
    </Text>
  );
}

function lossText(actor: ActorRates, { rate, lost }: Columns): string {
  if (rate === 0) return shortCount(lossesOf(actor)).padStart(lost);
  return `  ${fitted(actor.losses, lost - 2)}`;
}

/** The losses by their codes, the most first. Those that there is no room for are summed up. */
function fitted(losses: ActorRates['losses'], width: number): string {
  const codes = Object.entries(losses).sort(([, a], [, b]) => b - a);
  for (let shown = codes.length; shown > 0; shown--) {
    const rest = codes.slice(shown).reduce((sum, [, number]) => sum + number, 0);
    const text = codes.slice(0, shown).map(([code, number]) => `${shortCount(number)} ${code}`).join(', ') + (rest > 0 ? `, +${shortCount(rest)}` : '');
    if (text.length <= width) return text.padEnd(width);
  }
  return ''.padEnd(width);
}
