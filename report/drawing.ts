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
}

/** `report/assets/drawing.js`, which the page runs as it is. */
export interface Drawing {
  palettes: Record<Theme, Record<string, string> & { surface: string }>;
  formatters: Record<string, (value: number) => string>;
  fontFamily: string;
  chartConfig: (panel: Panel, theme: Theme, place: DrawingPlace) => ChartConfiguration;
}

export async function loadDrawing(): Promise<Drawing> {
  return (await import(pathToFileURL(assetPath('drawing.js')).href)) as Drawing;
}
