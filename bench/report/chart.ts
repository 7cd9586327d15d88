import { BarChart, type BarSeriesOption } from 'echarts/charts';
import {
  GraphicComponent,
  GridComponent,
  TitleComponent,
  type GraphicComponentOption,
  type GridComponentOption,
  type TitleComponentOption,
} from 'echarts/components';
import { init, use, type ComposeOption } from 'echarts/core';
import { SVGRenderer } from 'echarts/renderers';
import { formatValue } from '../harness/table';
import { floorPanel, peerPanels, type Bar, type Panel } from './panels';
import type { Results } from './results';

use([BarChart, GraphicComponent, GridComponent, TitleComponent, SVGRenderer]);

type Option = ComposeOption<BarSeriesOption | GraphicComponentOption | GridComponentOption | TitleComponentOption>;

const width = 960;
const line = 17;
const headerHeight = 90;
const titleHeight = 30;
const axisHeight = 34;
const fontFamily = '-apple-system, BlinkMacSystemFont, Helvetica, Arial, sans-serif';
const ink = '#1f2328';
const dim = '#59636e';
const colors = { ours: '#c2185b', peer: '#8c96a3', floor: '#8c96a3' } as const;

/** A panel with its place in the chart. */
interface Placed extends Panel {
  readonly left: number;
  readonly top: number;
  readonly width: number;
  /** The room for the names of the bars. */
  readonly names: number;
}

/** The chart of a whole run, as SVG. The same results always give the same text. */
export function chartOf(results: Results): string {
  const { panels, height } = placed(results);
  const chart = init(null, null, { renderer: 'svg', ssr: true, width, height });
  chart.setOption(optionOf(results, panels, height));
  const svg = chart.renderToSVGString();
  chart.dispose();
  return `${renumbered(svg)}\n`;
}

/** Numbers the names in the SVG from zero. ECharts numbers them on through the whole process. */
function renumbered(svg: string): string {
  const names = new Map<string, string>();
  return svg.replaceAll(/\bzr\d+-[\w-]+/g, (name) => {
    if (!names.has(name)) names.set(name, `c${names.size}`);
    return names.get(name)!;
  });
}

const heightOf = ({ bars }: Panel): number => titleHeight + bars.length * line + axisHeight;

/** Places two panels in a row. The floors, which have longer names, fill the last rows. */
function placed(results: Results): { readonly panels: readonly Placed[]; readonly height: number } {
  const floors = floorPanel(results);
  const half = Math.ceil(floors.bars.length / 4) * 2;
  const columns = [
    ...peerPanels(results).map((panel) => ({ ...panel, names: 112 })),
    ...[floors.bars.slice(0, half), floors.bars.slice(half)].map((bars, index) => ({
      ...floors,
      title: index === 0 ? floors.title : '',
      bars,
      names: 250,
    })),
  ].filter(({ bars }) => bars.length > 0);
  const panels: Placed[] = [];
  let top = headerHeight;
  for (let index = 0; index < columns.length; ) {
    // The floors begin a row of their own.
    const isAlone = columns[index]!.names !== columns[index + 1]?.names;
    const row = columns.slice(index, index + (isAlone ? 1 : 2));
    row.forEach((panel, column) => panels.push({ ...panel, top, left: 16 + column * (width / 2), width: width / 2 - 32 }));
    top += Math.max(...row.map(heightOf));
    index += row.length;
  }
  return { panels, height: top + 8 };
}

function optionOf({ date, machine }: Results, panels: readonly Placed[], height: number): Option {
  const { cpu, cores, node, packages } = machine;
  const run = `${cpu}, ${cores} cores, Node ${node}, rxjs ${packages.rxjs ?? ''}, ${date}`;
  return {
    animation: false,
    backgroundColor: '#ffffff',
    textStyle: { fontFamily, color: ink },
    graphic: { type: 'rect', shape: { x: 0.5, y: 0.5, width: width - 1, height: height - 1, r: 6 }, style: { fill: 'none', stroke: '#d1d9e0' } },
    title: [
      {
        text: 'What a message costs',
        subtext: `The shorter, the better; every axis is logarithmic. ${run}.\nOther buses by their ratio to ours: measured beside it, in one process.`,
        left: 16,
        top: 14,
        textStyle: { fontSize: 18, color: ink, fontFamily },
        subtextStyle: { fontSize: 12, color: dim, fontFamily },
      },
      ...panels.map(({ title, left, top }) => ({ text: title, left, top, textStyle: { fontSize: 13, color: ink, fontFamily } })),
    ],
    grid: panels.map(({ left, top, width, names, bars }) => ({
      left: left + names,
      top: top + titleHeight,
      width: width - names - 56,
      height: bars.length * line,
      containLabel: false,
    })),
    xAxis: panels.map(({ bars, unit }, gridIndex) => ({
      gridIndex,
      type: 'log',
      min: 1,
      max: decadeAbove(bars),
      axisLabel: { formatter: (value: number) => formatPower(value, unit), fontSize: 10, color: dim, fontFamily },
      splitLine: { lineStyle: { color: '#eaeef2' } },
    })),
    yAxis: panels.map(({ bars, names }, gridIndex) => ({
      gridIndex,
      type: 'category',
      inverse: true,
      data: bars.map((bar, index) => ({
        value: `${index}`,
        textStyle: {
          color: bar.who === 'ours' ? colors.ours : bar.who === 'floor' ? dim : ink,
          fontWeight: bar.label === 'rx-broker' ? 'bold' : 'normal',
        },
      })),
      axisLabel: {
        interval: 0,
        fontSize: 11.5,
        fontFamily,
        formatter: (index: string) => bars[Number(index)]!.label,
        width: names - 10,
        overflow: 'truncate',
      },
      axisTick: { show: false },
      axisLine: { lineStyle: { color: '#d1d9e0' } },
    })),
    series: panels.map(({ bars, unit }, index) => ({
      type: 'bar',
      xAxisIndex: index,
      yAxisIndex: index,
      silent: true,
      barWidth: 11,
      data: bars.map((bar) => ({
        // A logarithmic axis has no zero: a missing bar begins and ends where the axis begins.
        value: bar.value ?? 1,
        itemStyle: { color: colors[bar.who], borderRadius: [0, 2, 2, 0] },
        label: {
          show: true,
          position: 'right',
          formatter: formatValue(bar.value, unit),
          fontSize: 11,
          fontFamily,
          color: bar.value === undefined ? '#818b98' : bar.who === 'ours' ? colors.ours : ink,
          fontWeight: bar.who === 'ours' ? 'bold' : 'normal',
          fontStyle: bar.value === undefined ? 'italic' : 'normal',
        },
      })),
    })),
  };
}

/** The smallest power of ten that no bar exceeds. */
const decadeAbove = (bars: readonly Bar[]): number => 10 ** Math.ceil(Math.log10(Math.max(10, ...bars.map(({ value }) => value ?? 1))));

function formatPower(power: number, unit: Panel['unit']): string {
  if (unit === 'bytes') return power < 1e3 ? `${power} B` : `${power / 1e3} kB`;
  return power < 1e3 ? `${power} ns` : power < 1e6 ? `${power / 1e3} µs` : `${power / 1e6} ms`;
}
