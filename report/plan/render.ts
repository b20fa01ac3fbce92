import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { Eta } from 'eta';
import type { FleetPlan } from '../../results/plan/fleet-plan.ts';
import { writeFailure } from '../../results/write-failure.ts';
import { assetPath, browserBundles } from '../assets.ts';
import { contentPolicy, inScript, pageScript, pageStyle, type IllustratedFigure } from '../html.ts';
import { imageOf, openPictures } from '../pictures.ts';
import { capacityChart } from './capacity-chart.ts';
import { pageModel } from './page-model.ts';

const PAGE = 'plan.html';

/**
 * Writes the plan's page into `folder`, which is made where it is missing, and beside it the chart as PNG and SVG.
 * `sizes`: the same plan for hosts of other sizes, ascending. Resolves with the path of the page. Throws like `writeFailure`.
 */
export async function writePlan(
  plan: FleetPlan,
  sizes: readonly FleetPlan[],
  folder: string,
): Promise<string> {
  const page = join(folder, PAGE);
  const figure = capacityChart(plan, sizes);
  const drawn = figure && (await (await openPictures())(figure, pageModel(plan).subtitle));
  try {
    await mkdir(folder, { recursive: true });
    if (figure !== undefined && drawn !== undefined && 'picture' in drawn) {
      await writeFile(join(folder, `${figure.id}.png`), drawn.picture.png);
      await writeFile(join(folder, `${figure.id}.svg`), drawn.picture.svg);
    }
    const chart = figure === undefined || drawn === undefined ? undefined : { figure, image: imageOf(drawn) };
    await writeFile(page, renderPlan(plan, chart));
  } catch (error) {
    throw writeFailure(error, page);
  }
  return page;
}

/** The plan as one HTML document that loads nothing: scripts, style, font and data are inside it. */
export function renderPlan(plan: FleetPlan, chart: IllustratedFigure | undefined): string {
  const eta = new Eta({ views: assetPath('.'), autoEscape: true, cache: true });
  const style = pageStyle();
  const scripts = [...browserBundles(), pageScript()].map(inScript);
  const figures = chart === undefined ? [] : [chart.figure];
  return eta.render('./plan', {
    page: pageModel(plan),
    chart,
    style,
    scripts,
    policy: contentPolicy(style, scripts),
    figuresJson: inScript(JSON.stringify(figures.map(({ id, panels }) => ({ id, panels })))),
  });
}
