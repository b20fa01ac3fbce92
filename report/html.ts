import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { Eta } from 'eta';
import { NOTHING } from '../core/words.ts';
import { jsonText, visible } from '../core/text.ts';
import { assetPath, browserBundles, fontPath, readAsset } from './asset-files.ts';
import type { Figure } from './charts/spec.ts';

import type { ReportModel, ScenarioText } from './model/report.ts';
import { ledgerColumns, placeFigures, type Ledger } from '../results/tables/ledger.ts';
import type { SectionTable } from '../results/tables/table.ts';

/** A figure with its picture, as a data URI, for readers without JavaScript. */
export interface IllustratedFigure {
  figure: Figure;
  image: string;
}

/** The whole report as one HTML document that loads nothing: scripts, style, font and data are inside it. */
export function renderHtml(model: ReportModel, figures: readonly IllustratedFigure[]): string {
  const eta = pageTemplates();
  const style = pageStyle();
  const scripts = [...browserBundles(), pageScript()].map(inScript);
  const sections = sectionsOf(model, figures);
  const facts = [
    { id: 'method', title: 'Method', facts: model.method },
    { id: 'runtimes', title: 'Runtimes', facts: model.runtimeFacts },
    { id: 'image', title: 'Image', facts: model.image },
    { id: 'host', title: 'Host', facts: model.host },
    { id: 'reproduce', title: 'Reproduce and cite', facts: model.reproduce },
  ];
  return eta.render('./page', {
    model,
    style,
    scripts,
    sections,
    facts,
    contents: [
      { id: 'headline', title: 'Headline figures' },
      ...sections,
      ...facts,
      { id: 'failures', title: 'Failures' },
      ...(model.warnings.length > 0 ? [{ id: 'warnings', title: 'Warnings' }] : []),
    ],
    anchors: definitionAnchors(model.scenarios),
    policy: contentPolicy(style, scripts),
    figuresJson: figuresJson(figures.map(({ figure }) => figure)),
  });
}

/** Where the page defines each metric, by its id as tables write it: a note that is one of them links there. */
function definitionAnchors(scenarios: readonly ScenarioText[]): Map<string, string> {
  const ids = scenarios.flatMap(({ definitions }) =>
    definitions.rows.flatMap(([metric]) => metric?.note ?? []),
  );
  return new Map([...new Set(ids)].map((id, index) => [id, anchorName(id, index)]));
}

/** `metric-startup-ready`; an id that says nothing in such a name has a number. */
function anchorName(id: string, index: number): string {
  return /^[a-z]+(?:-[a-z]+)*\.[a-z]+(?:-[a-z]+)*$/u.test(id)
    ? `metric-${id.replace('.', '-')}`
    : `metric-${index}`;
}

interface Section extends ScenarioText {
  figures: IllustratedFigure[];
  tables: SectionTable[];
  published?: SectionTable;
  ledger?: Ledger;
  ledgerColumns: typeof ledgerColumns;
  placeFigures: typeof placeFigures;
  nothing: string;
}

function sectionsOf(
  { scenarios, ledger, tables, published }: ReportModel,
  figures: readonly IllustratedFigure[],
): Section[] {
  return scenarios.map((scenario, index) => {
    const ofOthers = published.find((table) => table.scenario === scenario.id);
    return {
      ...scenario,
      id: `scenario-${index + 1}`,
      figures: figures.filter(({ figure }) => figure.scenario === scenario.id),
      tables: tables.filter((table) => table.scenario === scenario.id),
      ...(ledger?.scenario === scenario.id ? { ledger } : {}),
      ledgerColumns,
      placeFigures,
      ...(ofOthers === undefined ? {} : { published: ofOthers }),
      nothing: NOTHING,
    };
  });
}

/** The templates of the pages; all that they say with `<%=` is escaped, and shows what it says. */
export function pageTemplates(): Eta {
  return new Eta({ views: assetPath('.'), autoEscape: true, cache: true, escapeFunction: escapeHtml });
}

/** For element text and attributes in quotes. */
function escapeHtml(value: unknown): string {
  return visible(String(value))
    .replaceAll('&', '&amp;')
    .replaceAll('<', '&lt;')
    .replaceAll('>', '&gt;')
    .replaceAll('"', '&quot;')
    .replaceAll("'", '&#39;');
}

export function pageStyle(): string {
  const faces = ([400, 600] as const).map(
    (weight) =>
      `@font-face{font-family:Inter;font-weight:${weight};src:url(data:font/woff2;base64,${readFileSync(fontPath(weight), 'base64')}) format('woff2')}`,
  );
  return [...faces, readAsset('page.css')].join('\n');
}

/** drawing.js is a module for the pictures; the page runs it in one scope with what uses it. */
export function pageScript(): string {
  const drawing = readAsset('drawing.js').replace(/^export /gmu, '');
  return `(() => {\n'use strict';\n${drawing}\n${readAsset('page.js')}})();`;
}

/**
 * Keeps text from ending the script element that it stands in. Inside JSON and inside JavaScript's strings and
 * comments `\u003c` means `<`; U+2028 and U+2029 end a line in old JavaScript.
 */
export function inScript(text: string): string {
  return text
    .replace(/<(?=\/script|!--|script)/giu, '\\u003c')
    .replace(/\u2028/gu, '\\u2028')
    .replace(/\u2029/gu, '\\u2029');
}

/** What the page draws its charts from, without what could be taken for markup. */
export function figuresJson(figures: readonly Figure[]): string {
  return jsonText(figures.map(({ id, panels }) => ({ id, panels }))).replaceAll('<', '\\u003c');
}

/** Only what is in the document itself may run or be shown, and nothing may be fetched. */
export function contentPolicy(style: string, scripts: readonly string[]): string {
  const hashes = scripts.map((script) => `'sha256-${createHash('sha256').update(script).digest('base64')}'`);
  const styleHash = `'sha256-${createHash('sha256').update(style).digest('base64')}'`;
  return [
    "default-src 'none'",
    `script-src ${hashes.join(' ')}`,
    `style-src ${styleHash}`,
    'img-src data:',
    'font-src data:',
    "base-uri 'none'",
    "form-action 'none'",
  ].join('; ');
}
