import type { Table } from '../../results/tables/table.ts';

/** What JSON can hold: a spec is drawn by the page and by the picture, so it can hold no function. */
export type Json = string | number | boolean | null | Json[] | { [key: string]: Json };
export type JsonObject = Record<string, Json>;

/**
 * One picture: a title, a caption and one or more panels. Colours are names (`@vm0`), which `drawing.js`
 * turns into the light or the dark palette; axes name their formatter (`format: 'ms'`).
 */
export interface Figure {
  /** Names its files and its place in the page. */
  id: string;
  /** The scenario that it belongs to. */
  scenario: string;
  title: string;
  caption: string;
  /** What its figures are not to be taken for, where a runtime or its host was emulated, or nested. */
  mark?: string;
  /** How the panels lie; a narrow page puts them below each other anyway. */
  layout: 'rows' | 'columns';
  panels: Panel[];
  /** The same figures as text. */
  table: Table;
}

/** Figures of others: never in `data`. The value axis reaches from `min` to `max` with it. */
export interface Overlay {
  dataset: JsonObject;
  min: number;
  max: number;
}

/** One Chart.js chart. */
export interface Panel {
  id: string;
  /** What a person who cannot see it is told. */
  alt: string;
  heading?: string;
  type: 'bar' | 'line' | 'boxplot';
  /** CSS pixels. */
  height: number;
  /** CSS pixels on a screen too narrow for the legend to stay on one or two lines. */
  narrowHeight: number;
  data: JsonObject;
  options: JsonObject;
  /** What the page draws over it where the reader asks for it, and no picture does. */
  overlay?: Overlay;
  /** Names of the plugins in `drawing.js` that draw on it. */
  plugins: string[];
}
