import { Box } from 'ink';
import type { ReactElement } from 'react';
import type { DeskFrame } from '../desk-frames';
import type { ShownScene } from '../session';
import { ActorTable } from './actor-table';
import { Header, linesOfText } from './header';
import { KeyBar, linesOfKeys } from './key-bar';
import type { LetterGroup } from './letter-feed';
import { Letters } from './letters';
import { Orders, linesOfOrders } from './orders';

/** All that the view shows at one moment. */
export interface View {
  readonly frame: DeskFrame;
  readonly history: ReadonlyMap<string, readonly number[]>;
  readonly letters: readonly LetterGroup[];
  readonly scene: ShownScene | undefined;
}

export interface DashboardProps extends View {
  readonly columns: number;
  readonly rows: number;
}

const NARROWEST = 40;
const WIDEST = 200;
/** From this width on the dead letters stand beside the actors. */
const SIDE_BY_SIDE = 170;
const ACTORS = 8;

/** The order desk on a terminal. It is never wider than the terminal, and always lower, so that a new frame can be drawn over the last one. */
export function Dashboard({ frame, history, letters, scene, columns, rows }: DashboardProps): ReactElement {
  const width = Math.min(WIDEST, Math.max(NARROWEST, columns));
  const height = rows - 1;
  const isWide = width >= SIDE_BY_SIDE;
  const left = isWide ? Math.floor(width * 0.59) : width;
  const orderLines = linesOfOrders(left);
  const fixed = 1 + linesOfText(width) + (1 + ACTORS) + orderLines + linesOfKeys(width);
  const spare = height - fixed;
  // Empty lines between the parts, then dead letters: a title and at least two.
  const gap = spare >= (isWide ? 3 : 6) ? 1 : 0;
  const below = Math.min(14, spare - (isWide ? 3 : 4) * gap);
  const letterLines = isWide ? 1 + ACTORS + gap + orderLines : below >= 2 ? below : 0;
  const total = frame.desk.totalDeadLettered;
  return (
    <Box flexDirection="column" width={width} height={Math.min(height, fixed + (isWide ? 3 * gap : 4 * gap + letterLines))} overflow="hidden">
      <Header scene={scene} at={frame.at} width={width} />
      <Box marginTop={gap} flexShrink={0}>
        <Box flexDirection="column" flexShrink={0}>
          <ActorTable actors={frame.actors} history={history} width={left} />
          <Box marginTop={gap} flexShrink={0}>
            <Orders frame={frame} width={left} />
          </Box>
        </Box>
        {isWide && (
          <Box marginLeft={3} flexShrink={0}>
            <Letters letters={letters} total={total} parked={frame.parked} width={width - left - 3} height={letterLines} />
          </Box>
        )}
      </Box>
      {!isWide && letterLines > 0 && (
        <Box marginTop={gap} flexShrink={0}>
          <Letters letters={letters} total={total} parked={frame.parked} width={width} height={letterLines} />
        </Box>
      )}
      <Box marginTop={gap} flexShrink={0}>
        <KeyBar load={frame.load} width={width} />
      </Box>
    </Box>
  );
}
