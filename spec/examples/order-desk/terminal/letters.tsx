import { Box, Text } from 'ink';
import type { ReactElement } from 'react';
import type { LetterGroup } from './letter-feed';
import { clock, count } from './numbers';
import { palette } from './palette';

export interface LettersProps {
  readonly letters: readonly LetterGroup[];
  /** How many dead letters there were, and how many of the open orders are among them. */
  readonly total: number;
  readonly parked: number;
  readonly width: number;
  /** Lines, the title included. */
  readonly height: number;
}

/** From this width on a line has room for all that it says. */
const ROOMY = 60;

/** The feed of dead letters, the newest first. */
export function Letters({ letters, total, parked, width, height }: LettersProps): ReactElement {
  return (
    <Box flexDirection="column" width={width} height={height} flexShrink={0} overflow="hidden">
      <Text wrap="truncate">
        <Text bold>{count(total)}</Text>
        <Text color={palette.quiet}> dead letters, </Text>
        <Text bold color={palette.busy}>
          {count(parked)}
        </Text>
        <Text color={palette.quiet}>{width < ROOMY ? ' parked orders' : ' of them parked orders'}</Text>
      </Text>
      {Array.from({ length: height - 1 }, (_, index) => (
        <Text key={index} wrap="truncate">
          {letters[index] === undefined ? ' ' : <Line letter={letters[index]} isNarrow={width < ROOMY} />}
        </Text>
      ))}
    </Box>
  );
}

interface LineProps {
  readonly letter: LetterGroup;
  /** There is room for the note or for the order, and the note says why. */
  readonly isNarrow: boolean;
}

function Line({ letter: { at, what, reason, note, attempts, count: number }, isNarrow }: LineProps): ReactElement {
  return (
    <Text>
      <Text color={palette.quiet}>{clock(at).padStart(5)} </Text>
      <Text color={palette.busy}>{`×${number}`.padEnd(5)}</Text>
      <Text>{reason.padEnd(14)}</Text>
      {!(isNarrow && note !== undefined) && <Text color={palette.quiet}>{what.padEnd(12)}</Text>}
      <Text color={palette.quiet}>{note ?? ''}</Text>
      {attempts > 1 && <Text color={palette.quiet}>{`${note === undefined ? '' : ', '}sent ${attempts} times`}</Text>}
    </Text>
  );
}
