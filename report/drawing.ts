import { pathToFileURL } from 'node:url';
import type { ChartConfiguration } from 'chart.js';
import type { Panel } from './charts/spec.ts';
import { assetPath } from './asset-files.ts';

export type Theme = 'light' | 'dark';

/** Where a chart is drawn: in a page that resizes it, or once at a fixed size. */
export interface DrawingPlace {
  responsive: boolean;
  /** Canvas pixels per CSS pixel; the page leaves it to the browser. */
  devicePixelRatio?: number;
  /** Whether what others have published is drawn over it. */
  withOverlay?: boolean;
}

/** Colours by name. */
export type Palette = Record<string, string> & Record<'surface' | 'ink' | 'ink2' | 'grid', string>;

/** `options` of a panel, as far as drawing.js reads it. */
export interface SpecOptions {
  scales: Record<string, SpecScale>;
  plugins: { legend?: object };
}

/** `format`: a name in `formatters`. */
export interface SpecScale {
  type?: string;
  grid?: object;
  title?: { text?: string };
  ticks?: { format?: string; base?: number; stepSize?: number };
}

/** What a spec adds to a dataset of Chart.js for the plugins of drawing.js. */
export interface DrawnDataset {
  label: string;
  data: unknown[];
  backgroundColor: string;
  borderColor: string;
  borderDash?: number[];
  /** Labels of the elements. */
  inside?: (string | null)[];
  outside?: (string | null)[];
  side?: string;
  /** What the tooltip says of each element. */
  texts?: string[];
  /** Both ends of an interval at each point. */
  low?: (number | null)[];
  high?: (number | null)[];
  /** Points of a line. */
  fit?: [x: number, y: number][];
  band?: [x: number, low: number, high: number][];
  fits?: [at: number, level: number][][];
  marks?: { at: number; text: string; color: string }[];
}

/** A point, or a bar, which has a `base`; canvas pixels. */
export interface DrawnElement {
  x: number;
  y: number;
  base?: number;
}

/** Where a label stands, canvas pixels; `y` is its middle. */
export interface Label {
  left: number;
  width: number;
  y: number;
}

/** `report/assets/drawing.js`, which the page runs as it is. */
export interface Drawing {
  palettes: Record<Theme, Palette>;
  formatters: Record<string, (value: number) => string>;
  fontFamily: string;
  chartConfig: (panel: Panel, theme: Theme, place: DrawingPlace) => ChartConfiguration;
}

export async function loadDrawing(): Promise<Drawing> {
  return (await import(pathToFileURL(assetPath('drawing.js')).href)) as Drawing;
}
