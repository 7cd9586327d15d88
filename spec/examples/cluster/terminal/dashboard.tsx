import { Box, Text } from 'ink';
import type { ReactElement } from 'react';
import { clock, count } from '../../order-desk/terminal/numbers';
import { palette } from '../../order-desk/terminal/palette';
import { wrapWords } from '../../order-desk/terminal/wrap-words';
import type { ClusterFrame } from '../cluster-frames';
import { CLOSING, SCENES, numberOf } from '../script';
import type { ShownScene } from '../session';
import { DepotTable } from './depot-table';

/** What was done or seen, and when. */
export interface Note {
  readonly at: number;
  readonly text: string;
}

/** All that the view shows at one moment. */
export interface View {
  readonly frame: ClusterFrame;
  /** Answers in a second, by the name of the depot, the oldest first. */
  readonly history: ReadonlyMap<string, readonly number[]>;
  /** The oldest first. */
  readonly notes: readonly Note[];
  readonly scene: ShownScene;
}

export interface DashboardProps extends View {
  readonly columns: number;
  readonly rows: number;
}

const NARROWEST = 40;
const WIDEST = 200;
const MOST_NOTES = 12;

/** As many lines for every scene, so that nothing below moves. */
function linesOfText(width: number): number {
  return Math.max(...[CLOSING, ...SCENES].map(({ says }) => wrapWords(says, width).length));
}

/** The cluster on a terminal. It is never wider than the terminal, and always lower, so that a new frame can be drawn over the last one. */
export function Dashboard({ frame, history, notes, scene, columns, rows }: DashboardProps): ReactElement {
  const width = Math.min(WIDEST, Math.max(NARROWEST, columns));
  const height = rows - 1;
  const says = wrapWords(scene.says, width);
  // The header, the text, the server, the table with its heading, the keys, and two empty lines.
  const fixed = 1 + linesOfText(width) + 1 + (1 + frame.depots.length) + 1 + 2;
  const noteLines = Math.max(0, Math.min(MOST_NOTES, height - fixed - 1));
  const shown = notes.slice(notes.length - noteLines);
  return (
    <Box flexDirection="column" width={width} height={Math.min(height, fixed + noteLines + 1)} overflow="hidden">
      <Header scene={scene} at={frame.at} width={width} />
      {Array.from({ length: linesOfText(width) }, (_, index) => (
        <Text key={index} wrap="truncate">
          {says[index] ?? ' '}
        </Text>
      ))}
      <Box marginTop={1} flexDirection="column" flexShrink={0}>
        <Server frame={frame} />
        <DepotTable depots={frame.depots} history={history} width={width} />
      </Box>
      <Box marginTop={1} flexDirection="column" height={noteLines} flexShrink={0}>
        {shown.map(({ at, text }, index) => (
          <Text key={notes.length - shown.length + index} wrap="truncate">
            <Text color={palette.quiet}>{clock(at).padStart(5)} </Text>
            {text}
          </Text>
        ))}
      </Box>
      <Text wrap="truncate">
        <Text bold color={palette.brand}>
          q
        </Text>
        <Text color={palette.quiet}> quit</Text>
      </Text>
    </Box>
  );
}

function Header({ scene, at, width }: { readonly scene: ShownScene; readonly at: number; readonly width: number }): ReactElement {
  return (
    <Box justifyContent="space-between" width={width} height={1} flexShrink={0}>
      <Text>
        <Text bold color={palette.brand}>
          rx-broker
        </Text>
        {width >= 60 && <Text color={palette.quiet}> cluster</Text>}
      </Text>
      <Text wrap="truncate">
        <Text color={palette.quiet}>{numberOf(scene)}</Text>
        <Text bold color={palette.calm}>
          {scene.title}
        </Text>
      </Text>
      <Text color={palette.quiet}>{clock(at).padStart(5)}</Text>
    </Box>
  );
}

function Server({ frame: { isServerUp, serverKills, depotKills } }: { readonly frame: ClusterFrame }): ReactElement {
  return (
    <Text wrap="truncate">
      server{' '}
      <Text bold color={isServerUp ? palette.good : palette.bad}>
        {isServerUp ? '● up  ' : '○ dead'}
      </Text>
      <Text color={palette.quiet}>{`  killed ${count(serverKills)} ×, depots ${count(depotKills)} ×`}</Text>
    </Text>
  );
}
