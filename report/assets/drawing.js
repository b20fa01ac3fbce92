/* global structuredClone */
/**
 * Turns a chart spec (report/charts/spec.ts) into a Chart.js configuration. The page and the pictures both draw
 * with this file, so that they show the same thing. It is JavaScript because the page runs it as it is. tsc checks its
 * types.
 *
 * @typedef {import('chart.js').Chart} Chart
 * @typedef {import('chart.js').ChartConfiguration} ChartConfiguration
 * @typedef {import('chart.js').LegendItem} LegendItem
 * @typedef {import('chart.js').Plugin} Plugin
 * @typedef {import('chart.js').Scale} Scale
 * @typedef {import('chart.js').TooltipItem<'bar'>} TooltipItem
 * @typedef {import('../charts/spec.ts').Panel} Panel
 * @typedef {import('../drawing.ts').Drawing} Drawing
 * @typedef {import('../drawing.ts').DrawingPlace} DrawingPlace
 * @typedef {import('../drawing.ts').DrawnDataset} DrawnDataset
 * @typedef {import('../drawing.ts').DrawnElement} DrawnElement
 * @typedef {import('../drawing.ts').Label} Label
 * @typedef {import('../drawing.ts').Palette} Palette
 * @typedef {import('../drawing.ts').SpecOptions} SpecOptions
 * @typedef {import('../drawing.ts').SpecScale} SpecScale
 * @typedef {import('../drawing.ts').Theme} Theme
 */

/**
 * Okabe and Ito's colours, which colour-blind people tell apart, and tints of them, moved apart in OKLab until no two of
 * one chart are nearly equal (test/unit/report/colors.test.ts); darker paper, lighter ink.
 * @type {Record<Theme, Palette>}
 */
export const palettes = {
  light: {
    surface: '#ffffff',
    ink: '#1b1f24',
    ink2: '#57606a',
    grid: '#e4e7eb',
    accent: '#9a3b00',
    container0: '#0072b2',
    container1: '#009e73',
    container2: '#56b4e9',
    container0Soft: '#0072b233',
    container1Soft: '#009e7333',
    container2Soft: '#56b4e933',
    vm0: '#d9561a',
    vm1: '#b5588f',
    vm2: '#b08c03',
    vm0Soft: '#d9561a33',
    vm1Soft: '#b5588f33',
    vm2Soft: '#b08c0333',
    boot0: '#813802',
    boot1: '#d55f08',
    boot2: '#f38635',
    boot3: '#fdb36c',
    boot4: '#e1d3bf',
    boot5: '#c2a484',
    user0: '#013d6e',
    user1: '#1f6fb2',
    user2: '#56b4e9',
    user3: '#a1d7fa',
    user4: '#009e73',
    user5: '#7cc9b2',
    kernel0: '#6c4b9f',
    kernel1: '#ad90d8',
    kernel2: '#beb7fc',
    kernel3: '#4d2b83',
    kernel4: '#876fc7',
    kernel5: '#edcbda',
    files0: '#007a59',
    files1: '#3fb795',
    files2: '#9ee5d1',
    agent0: '#d2ad2c',
    rest0: '#839497',
    rest1: '#b0bcb7',
    rest2: '#5f6872',
    rest3: '#b46995',
    rest4: '#a05836',
  },
  dark: {
    surface: '#14171b',
    ink: '#e8eaed',
    ink2: '#a3abb5',
    grid: '#2b3138',
    accent: '#ffab70',
    container0: '#58b0ec',
    container1: '#35c79c',
    container2: '#a5d8f6',
    container0Soft: '#58b0ec3d',
    container1Soft: '#35c79c3d',
    container2Soft: '#a5d8f63d',
    vm0: '#f98135',
    vm1: '#dd92c0',
    vm2: '#d7ba44',
    vm0Soft: '#f981353d',
    vm1Soft: '#dd92c03d',
    vm2Soft: '#d7ba443d',
    boot0: '#a5521a',
    boot1: '#e56a08',
    boot2: '#ff9863',
    boot3: '#f5c68f',
    boot4: '#fce9d6',
    boot5: '#bca682',
    user0: '#2a6db0',
    user1: '#2e95df',
    user2: '#6bc5f1',
    user3: '#bbdffe',
    user4: '#2bb98c',
    user5: '#8fd8bd',
    kernel0: '#8d61c0',
    kernel1: '#b7acfb',
    kernel2: '#eec4fa',
    kernel3: '#6347a7',
    kernel4: '#a188d2',
    kernel5: '#e072e8',
    files0: '#1f9b76',
    files1: '#5cc9aa',
    files2: '#8febe1',
    agent0: '#c5c30c',
    rest0: '#98a5ae',
    rest1: '#646d78',
    rest2: '#c8c2b6',
    rest3: '#da92b4',
    rest4: '#c19463',
  },
};

export const fontFamily = 'Inter, system-ui, sans-serif';

const MIB = 1024 * 1024;
const GIB = 1024 * MIB;
/** @param {number} value */
const short = (value) => String(Number(value.toPrecision(3))).replace('-', '−');
/** @param {number} value */
const shortMs = (value) =>
  value === 0 ? '0' : Math.abs(value) < 1000 ? `${short(value)} ms` : `${short(value / 1000)} s`;

/**
 * Tick labels by the name that a spec gives its axis.
 * @type {Drawing['formatters']}
 */
export const formatters = {
  ms: shortMs,
  bytes: (value) =>
    value === 0
      ? '0'
      : value % GIB === 0
        ? `${value / GIB} GiB`
        : Math.abs(value) < MIB
          ? `${short(value / 1024)} KiB`
          : `${short(value / MIB)} MiB`,
  ns: (value) =>
    value === 0
      ? '0'
      : Math.abs(value) < 1000
        ? `${short(value)} ns`
        : Math.abs(value) < 1e6
          ? `${short(value / 1000)} µs`
          : shortMs(value / 1e6),
  count: (value) => short(value),
  ratio: (value) => `${short(value)}×`,
  percent: (value) => `${short(value)} %`,
};

/**
 * @param {Panel} panel is not changed
 * @param {Theme} theme
 * @param {DrawingPlace} place
 * @returns {ChartConfiguration}
 */
export function chartConfig(panel, theme, place) {
  const colors = palettes[theme];
  const { withOverlay = false, ...drawn } = place;
  const { data, options: spec, overlay } = structuredClone(panel);
  const options = /** @type {SpecOptions} */ (/** @type {unknown} */ (spec));
  if (withOverlay && overlay) {
    /** @type {unknown[]} */ (data.datasets).push(overlay.dataset);
    Object.assign(options.scales.x ?? {}, { min: overlay.min, max: overlay.max });
  }
  resolveColors(data, colors);
  resolveColors(options, colors);
  const config = {
    type: panel.type,
    data,
    options: {
      layout: { padding: { right: 6 } },
      ...options,
      ...drawn,
      animation: false,
      maintainAspectRatio: false,
      locale: 'en',
      // Else a bar of nothing is a hairline.
      elements: { bar: { inflateAmount: 0 } },
      font: { family: fontFamily, size: 12 },
      color: colors.ink,
      scales: Object.fromEntries(
        Object.entries(options.scales).map(([name, scale]) => [name, dressScale(scale, colors)]),
      ),
      plugins: {
        ...options.plugins,
        title: { display: false },
        legend: dressLegend(options.plugins.legend, colors),
        tooltip: dressTooltip(colors),
      },
    },
    plugins: panel.plugins.map((name) => drawerOf(name)(colors)),
  };
  return /** @type {ChartConfiguration} */ (/** @type {unknown} */ (config));
}

/**
 * Colour names (`@ink`) stand only under keys that end in `color`, so that a guest's text is never taken for one.
 * @param {object} node is changed
 * @param {Record<string, string>} colors
 */
function resolveColors(node, colors) {
  /** @param {unknown} name */
  const resolve = (name) => (typeof name === 'string' && name.startsWith('@') ? colors[name.slice(1)] : name);
  for (const [key, value] of Object.entries(node)) {
    if (/color$/i.test(key))
      Object.assign(node, { [key]: Array.isArray(value) ? value.map(resolve) : resolve(value) });
    else if (value !== null && typeof value === 'object') resolveColors(value, colors);
  }
}

/**
 * @param {SpecScale} scale
 * @param {Palette} colors
 */
function dressScale(scale, colors) {
  const { format, base, ...ticks } = scale.ticks ?? {};
  return {
    ...scale,
    border: { display: false },
    grid: { color: colors.grid, drawTicks: false, ...scale.grid },
    title: {
      color: colors.ink2,
      font: { family: fontFamily, size: 11 },
      ...scale.title,
      display: Boolean(scale.title?.text),
    },
    ticks: {
      color: format ? colors.ink2 : colors.ink,
      font: { family: fontFamily, size: 12 },
      padding: 6,
      maxRotation: 0,
      autoSkipPadding: 14,
      ...ticks,
      ...(format
        ? { callback: formatters[format] }
        : scale.type === 'category'
          ? { callback: nameInRoom }
          : {}),
    },
    ...(scale.type === 'logarithmic'
      ? { afterBuildTicks: base === 2 ? powersOfTwo(format === 'bytes' ? 64 : 30) : keepRoundTicks }
      : {}),
    ...(ticks.stepSize ? { afterBuildTicks: everyStep(ticks.stepSize) } : {}),
  };
}

/**
 * The name of a row, without its middle where there is no room for all of it: names of one family begin alike.
 * @this {Scale}
 * @param {string | number} value
 */
function nameInRoom(value) {
  const name = /** @type {string | string[]} */ (
    /** @type {unknown} */ (this.getLabelForValue(Number(value)))
  );
  if (Array.isArray(name) || this.isHorizontal()) return name;
  const { ctx } = this;
  ctx.save();
  ctx.font = `12px ${fontFamily}`;
  const room = this.maxWidth - 12;
  let [shown, kept] = [name, name.length];
  while (kept > 6 && ctx.measureText(shown).width > room) {
    kept -= 1;
    shown = `${name.slice(0, Math.ceil(kept / 2))}…${name.slice(name.length - Math.floor(kept / 2))}`;
  }
  ctx.restore();
  return shown;
}

/**
 * Of a logarithmic axis the ticks that begin with 1, 2 or 5, or with 1 alone where there is no room for more.
 * @param {Scale} axis
 */
function keepRoundTicks(axis) {
  /** @param {number[]} digits */
  const startsWith = (digits) =>
    axis.ticks.filter(({ value }) => digits.includes(Number(value.toExponential()[0])) && isRound(value));
  const all = startsWith([1, 2, 5]);
  axis.ticks = lengthOf(axis) / all.length >= (axis.isHorizontal() ? 44 : 24) ? all : startsWith([1]);
}

/** @param {Scale} axis */
const lengthOf = (axis) =>
  axis.isHorizontal() ? axis.width || axis.chart.width : axis.height || axis.chart.height;

/**
 * Ticks of an axis with `base: 2`, such as one of sizes: each power, every second or every third, as there is room.
 * @param {number} tickWidth
 * @returns {(axis: Scale) => void}
 */
const powersOfTwo = (tickWidth) => (axis) => {
  const [first, last] = [Math.ceil(Math.log2(axis.min)), Math.floor(Math.log2(axis.max))];
  const powers = Array.from({ length: Math.max(0, last - first + 1) }, (_, index) => first + index);
  const room = lengthOf(axis) / (axis.isHorizontal() ? tickWidth : 28);
  const step = [1, 2, 3, 4].find((every) => powers.length / every <= room) ?? 5;
  axis.ticks = powers.filter((power) => power % step === 0).map((power) => ({ value: 2 ** power }));
};

/**
 * Chart.js moves its ticks off the round numbers where an axis ends between two of them.
 * @param {number} step
 * @returns {(axis: Scale) => void}
 */
const everyStep = (step) => (axis) => {
  const first = Math.ceil(axis.min / step - 1e-9);
  const count = Math.floor(axis.max / step + 1e-9) - first + 1;
  axis.ticks = Array.from({ length: count }, (_, index) => ({ value: (first + index) * step }));
};

/** @param {number} value */
const isRound = (value) => /^\de/.test(Number(value.toPrecision(12)).toExponential());

/**
 * @param {object | undefined} legend
 * @param {Palette} colors
 */
function dressLegend(legend, colors) {
  return {
    position: 'top',
    align: 'start',
    ...legend,
    onClick: () => undefined,
    labels: {
      usePointStyle: true,
      boxWidth: 8,
      boxHeight: 8,
      padding: 12,
      color: colors.ink,
      font: { family: fontFamily, size: 12 },
    },
  };
}

/** @param {Palette} colors */
function dressTooltip(colors) {
  return {
    backgroundColor: colors.ink,
    titleColor: colors.surface,
    bodyColor: colors.surface,
    displayColors: false,
    padding: 8,
    titleFont: { family: fontFamily },
    bodyFont: { family: fontFamily },
    callbacks: {
      /** @param {TooltipItem[]} items */
      title: (items) => String([items[0]?.label ?? ''].flat().join(' ')).replaceAll(',', ' '),
      /** @param {{ dataset: DrawnDataset, dataIndex: number }} item */
      label: ({ dataset, dataIndex }) => `${dataset.label}: ${dataset.texts?.[dataIndex] ?? ''}`,
    },
  };
}

/**
 * The plugins that a spec can name.
 * @type {Record<string, (colors: Palette) => Plugin>}
 */
const drawers = {
  'inside-labels': () => ({ id: 'inside-labels', afterDatasetsDraw: drawInside }),
  'outside-labels': (colors) => ({
    id: 'outside-labels',
    afterDatasetsDraw: (chart) => drawOutside(chart, colors),
  }),
  connectors: (colors) => ({
    id: 'connectors',
    beforeDatasetsDraw: (chart) => drawConnectors(chart, colors),
  }),
  fits: () => ({ id: 'fits', beforeDatasetsDraw: drawFits }),
  history: (colors) => ({
    id: 'history',
    beforeDatasetsDraw: drawIntervals,
    afterDatasetsDraw: (chart) => drawChanges(chart, colors),
  }),
};

/**
 * Throws where there is no such plugin.
 * @param {string} name
 */
function drawerOf(name) {
  const drawer = drawers[name];
  if (drawer === undefined) throw new Error(`no plugin ${name}`);
  return drawer;
}

/**
 * The datasets with what a spec adds to Chart.js's own.
 * @param {Chart} chart
 */
const datasetsOf = (chart) => /** @type {DrawnDataset[]} */ (/** @type {unknown} */ (chart.data.datasets));

/**
 * @param {Chart} chart
 * @param {number} index of the dataset
 */
const elementsOf = (chart, index) =>
  /** @type {DrawnElement[]} */ (/** @type {unknown} */ (chart.getDatasetMeta(index).data));

/**
 * The x and y axis of a chart.
 * @param {Chart} chart
 */
function axesOf({ scales: { x, y } }) {
  if (x === undefined || y === undefined) throw new Error('the chart has no axes');
  return { x, y };
}

/**
 * Calls `draw` for every element that has a label under `key`.
 * @param {Chart} chart
 * @param {'inside' | 'outside'} key
 * @param {(element: DrawnElement, text: string, dataset: DrawnDataset, value: unknown) => void} draw
 */
function eachElement(chart, key, draw) {
  datasetsOf(chart).forEach((dataset, index) => {
    const labels = dataset[key];
    if (!labels || !chart.isDatasetVisible(index)) return;
    elementsOf(chart, index).forEach((element, position) => {
      const text = labels[position];
      const value = dataset.data[position];
      if (text && value !== null) draw(element, text, dataset, value);
    });
  });
}

/**
 * Writes into those segments of a bar that are wide enough.
 * @param {Chart} chart
 */
function drawInside(chart) {
  const { ctx } = chart;
  ctx.save();
  ctx.font = `11px ${fontFamily}`;
  ctx.textAlign = 'center';
  ctx.textBaseline = 'middle';
  eachElement(chart, 'inside', (bar, text, dataset) => {
    const { x, y, base = x } = bar;
    if (ctx.measureText(text).width + 8 > Math.abs(x - base)) return;
    ctx.fillStyle = inkOn(dataset.backgroundColor);
    ctx.fillText(text, (x + base) / 2, y + 0.5);
  });
  ctx.restore();
}

/**
 * Black or white, whichever reads better on a `#rrggbb`.
 * @param {string} color
 */
function inkOn(color) {
  /** @param {number} at */
  const light = (at) => (parseInt(color.slice(at, at + 2), 16) / 255) ** 2.2;
  return 0.2126 * light(1) + 0.7152 * light(3) + 0.0722 * light(5) > 0.22 ? '#14171b' : '#ffffff';
}

/**
 * Writes beside points and bars, and leaves out what has no room or would lie on an earlier label.
 * @param {Chart} chart
 * @param {Palette} colors
 */
function drawOutside(chart, colors) {
  const { ctx } = chart;
  /** @type {Label[]} */
  const taken = [];
  ctx.save();
  ctx.font = `11px ${fontFamily}`;
  ctx.textAlign = 'left';
  ctx.textBaseline = 'middle';
  ctx.lineWidth = 3;
  ctx.lineJoin = 'round';
  ctx.strokeStyle = colors.surface;
  ctx.fillStyle = colors.ink2;
  eachElement(chart, 'outside', (element, text, dataset, value) => {
    const side = isNegative(value) ? 'left' : dataset.side;
    const place = placeOutside(chart, element, ctx.measureText(text).width, side);
    if (place === undefined || taken.some((other) => overlap(place, other))) return;
    taken.push(place);
    ctx.strokeText(text, place.left, place.y);
    ctx.fillText(text, place.left, place.y);
  });
  ctx.restore();
}

/**
 * Whether a bar reaches to the left, from zero or from where it starts.
 * @param {unknown} value
 */
function isNegative(value) {
  return Array.isArray(value) ? Number(value[1]) < Number(value[0]) : Number(value) < 0;
}

/**
 * @param {Chart} chart
 * @param {DrawnElement} element
 * @param {number} width of the label
 * @param {string | undefined} side
 * @returns {Label | undefined}
 */
function placeOutside({ width: chartWidth, chartArea }, { x, y, base }, width, side) {
  const isPoint = base === undefined;
  const gap = isPoint ? 6 : 5;
  const right = Math.max(x, base ?? x) + gap;
  const left = Math.min(x, base ?? x) - gap - width;
  const fitsRight = right + width <= chartWidth - 2;
  const fitsLeft = left >= chartArea.left;
  const wantsRight = side === 'right';
  const onRight = (wantsRight && fitsRight) || (!wantsRight && !fitsLeft);
  if (!(onRight ? fitsRight : fitsLeft) || (isPoint && onRight !== wantsRight)) return undefined;
  // A ladder runs down to the right: above to the right and below to the left there is no line.
  return { left: onRight ? right : left, width, y: isPoint ? y + (onRight ? -7 : 9) : y + 0.5 };
}

/**
 * @param {Label} a
 * @param {Label} b
 */
function overlap(a, b) {
  return a.left < b.left + b.width && b.left < a.left + a.width && Math.abs(a.y - b.y) < 10;
}

/**
 * Thin lines from where each step of a waterfall ends to the next that there is.
 * @param {Chart} chart
 * @param {Palette} colors
 */
function drawConnectors(chart, colors) {
  const { ctx } = chart;
  const { x } = axesOf(chart);
  const spans = /** @type {([number, number] | null)[]} */ (datasetsOf(chart)[0]?.data ?? []);
  const steps = elementsOf(chart, 0).flatMap(({ y }, index) => {
    const span = spans[index];
    return span ? [{ y, x: x.getPixelForValue(span[1]) }] : [];
  });
  ctx.save();
  ctx.strokeStyle = colors.ink2;
  ctx.lineWidth = 0.75;
  for (const [index, { x: endX, y: endY }] of steps.entries()) {
    const next = steps[index + 1];
    if (next === undefined) break;
    ctx.beginPath();
    ctx.moveTo(endX, endY);
    ctx.lineTo(endX, next.y);
    ctx.stroke();
  }
  ctx.restore();
}

/**
 * A band between `low` and `high` of each series.
 * @param {Chart} chart
 */
function drawIntervals(chart) {
  const { ctx } = chart;
  const { x, y } = axesOf(chart);
  ctx.save();
  ctx.globalAlpha = 0.16;
  for (const { low = [], high = [], borderColor } of datasetsOf(chart)) {
    /** @param {(number | null)[]} values */
    const edge = (values) => values.flatMap((value, index) => (value === null ? [] : [{ index, value }]));
    ctx.fillStyle = borderColor;
    ctx.beginPath();
    for (const { index, value } of [...edge(high), ...edge(low).toReversed()])
      ctx.lineTo(x.getPixelForValue(index), y.getPixelForValue(value));
    ctx.fill();
  }
  ctx.restore();
}

/**
 * A line through the points of each series, and the band that it may lie in; both are given in values of the axes.
 * @param {Chart} chart
 */
function drawFits(chart) {
  const { ctx, chartArea } = chart;
  const axes = axesOf(chart);
  // Below zero there is nothing on a logarithmic axis.
  const floor = axes.y.type === 'logarithmic' ? axes.y.min : -Infinity;
  /**
   * @param {number} x
   * @param {number} y
   */
  const lineTo = (x, y) =>
    ctx.lineTo(axes.x.getPixelForValue(x), axes.y.getPixelForValue(Math.max(y, floor)));
  ctx.save();
  ctx.beginPath();
  ctx.rect(chartArea.left, chartArea.top, chartArea.width, chartArea.height);
  ctx.clip();
  for (const { fit, band, borderColor, borderDash } of datasetsOf(chart)) {
    ctx.strokeStyle = ctx.fillStyle = borderColor;
    if (band) {
      ctx.globalAlpha = 0.16;
      ctx.beginPath();
      for (const [x, low] of band) lineTo(x, low);
      for (const [x, , high] of band.toReversed()) lineTo(x, high);
      ctx.fill();
    }
    if (fit) {
      ctx.globalAlpha = 1;
      ctx.lineWidth = 1.25;
      ctx.setLineDash(borderDash ?? []);
      ctx.beginPath();
      for (const [x, y] of fit) lineTo(x, y);
      ctx.stroke();
    }
  }
  ctx.restore();
}

/**
 * The levels that were found, and a labelled line where one ends.
 * @param {Chart} chart
 * @param {Palette} colors
 */
function drawChanges(chart, colors) {
  const { ctx, chartArea } = chart;
  const axes = axesOf(chart);
  /** @type {Label[]} */
  const taken = [];
  ctx.save();
  ctx.font = `600 11px ${fontFamily}`;
  ctx.textBaseline = 'middle';
  for (const { fits = [], marks = [] } of datasetsOf(chart)) {
    ctx.strokeStyle = colors.ink;
    ctx.lineWidth = 1.25;
    for (const path of fits) {
      ctx.beginPath();
      for (const [at, level] of path) ctx.lineTo(axes.x.getPixelForValue(at), axes.y.getPixelForValue(level));
      ctx.stroke();
    }
    for (const { at, text, color } of marks) {
      const x = axes.x.getPixelForValue(at);
      ctx.strokeStyle = ctx.fillStyle = color;
      ctx.setLineDash([4, 3]);
      ctx.beginPath();
      ctx.moveTo(x, chartArea.top - 4);
      ctx.lineTo(x, chartArea.bottom);
      ctx.stroke();
      ctx.setLineDash([]);
      const place = placeAbove(chart, x, ctx.measureText(text).width, taken);
      if (place !== undefined) ctx.fillText(text, place.left, place.y);
    }
  }
  ctx.restore();
}

/**
 * Beside the line that it belongs to, in one of two rows above the chart; nowhere where others have taken them.
 * @param {Chart} chart
 * @param {number} x of the line
 * @param {number} textWidth
 * @param {Label[]} taken grows by what was placed
 * @returns {Label | undefined}
 */
function placeAbove({ width, chartArea }, x, textWidth, taken) {
  const left = Math.max(0, x + 3 + textWidth > width ? x - 3 - textWidth : x + 3);
  for (const y of [chartArea.top - 8, chartArea.top - 21]) {
    const place = { left, width: textWidth + 4, y };
    if (taken.some((other) => overlap(place, other))) continue;
    taken.push(place);
    return place;
  }
  return undefined;
}
