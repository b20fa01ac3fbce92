import { join } from 'node:path';
import { replaceFile } from '../../core/replace-file.ts';
import { createFolders } from '../../results/create-folders.ts';
import type { CapacityPlan } from '../../results/capacity/capacity-plan.ts';
import { writeFailure } from '../../results/write-failure.ts';
import { browserBundles } from '../asset-files.ts';
import {
  contentPolicy,
  figuresJson,
  inScript,
  pageScript,
  pageStyle,
  pageTemplates,
  type IllustratedFigure,
} from '../html.ts';
import { imageOf, openPictures, savePicture } from '../pictures.ts';
import { CAPACITY_CHART, capacityChart } from './capacity-chart.ts';
import { pageModel } from './page-model.ts';

const PAGE = 'plan.html';

/**
 * Writes the plan's page into `folder`, which is made where it is missing, and beside it the chart as PNG and SVG.
 * `sizes`: the same plan for hosts of other sizes, ascending. `note` is told why a picture is missing. Resolves with
 * the path of the page. Throws like `writeFailure`.
 */
export async function writePlan(
  plan: CapacityPlan,
  sizes: readonly CapacityPlan[],
  folder: string,
  note: (message: string) => void,
): Promise<string> {
  const page = join(folder, PAGE);
  const figure = capacityChart(plan, sizes);
  const chart = figure && { figure, drawn: await (await openPictures())(figure, footOf(plan)) };
  try {
    await createFolders(folder);
    const drawn = chart?.drawn ?? { reason: 'no runtime has a plan' };
    await savePicture(drawn, folder, CAPACITY_CHART);
    await replaceFile(page, renderPlan(plan, chart && { figure: chart.figure, image: imageOf(chart.drawn) }));
  } catch (error) {
    throw writeFailure(error, page);
  }
  if (chart !== undefined && 'reason' in chart.drawn) note(`the page has no picture: ${chart.drawn.reason}`);
  return page;
}

/** What the plan was made from, at the foot of its picture. */
function footOf(plan: CapacityPlan): string {
  return `${plan.provenance} · run ${plan.record}`;
}

/** The plan as one HTML document that loads nothing: scripts, style, font and data are inside it. */
export function renderPlan(plan: CapacityPlan, chart: IllustratedFigure | undefined): string {
  const eta = pageTemplates();
  const style = pageStyle();
  const scripts = [...browserBundles(), pageScript()].map(inScript);
  const figures = chart === undefined ? [] : [chart.figure];
  return eta.render('./plan', {
    page: pageModel(plan),
    chart,
    style,
    scripts,
    policy: contentPolicy(style, scripts),
    figuresJson: figuresJson(figures),
  });
}
