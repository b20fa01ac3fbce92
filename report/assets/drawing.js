/* global structuredClone */
/**
 * Turns a chart spec (report/charts/spec.ts) into a Chart.js configuration. The page and the pictures both draw
 * with this file, so that they show the same thing; it is plain JavaScript because the page runs it as it is.
 */

/** Okabe and Ito's colours, which colour-blind people tell apart, and tints of them; darker paper, lighter ink. */
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
    vm0: '#d55e00',
    vm1: '#b5588f',
    vm2: '#b88600',
    vm0Soft: '#d55e0033',
    vm1Soft: '#b5588f33',
    vm2Soft: '#b8860033',
    boot0: '#8a3b00',
    boot1: '#d55e00',
    boot2: '#ee8f3f',
    boot3: '#f6bb83',
    boot4: '#fadbb9',
    boot5: '#c9a27e',
    user0: '#0b3c6f',
    user1: '#1f6fb2',
    user2: '#56b4e9',
    user3: '#a5d8f6',
    user4: '#009e73',
    user5: '#7cc9b2',
    kernel0: '#6b4a9e',
    kernel1: '#a48fd0',
    kernel2: '#c9bce6',
    kernel3: '#4b2e83',
    kernel4: '#8f74c4',
    kernel5: '#ddd4f0',
    files0: '#007a59',
    files1: '#3fb795',
    files2: '#a3dccb',
    agent0: '#d4a72c',
    rest0: '#8b949e',
    rest1: '#c3c9d0',
    rest2: '#5f6872',
    rest3: '#b06a9b',
    rest4: '#a0522d',
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
    vm0: '#f28c3b',
    vm1: '#dd92c0',
    vm2: '#e0b23e',
    vm0Soft: '#f28c3b3d',
    vm1Soft: '#dd92c03d',
    vm2Soft: '#e0b23e3d',
    boot0: '#a5521a',
    boot1: '#e0752a',
    boot2: '#f3a05c',
    boot3: '#f8c497',
    boot4: '#fbe0c6',
    boot5: '#c9a27e',
    user0: '#2a6db0',
    user1: '#4a97d8',
    user2: '#7dc4f0',
    user3: '#b9e1f8',
    user4: '#2bb98c',
    user5: '#8ed6c1',
    kernel0: '#8d6cc4',
    kernel1: '#baa7e2',
    kernel2: '#d9cdf2',
    kernel3: '#6a4aa8',
    kernel4: '#a88fd8',
    kernel5: '#ece5fa',
    files0: '#1f9b76',
    files1: '#5cc9aa',
    files2: '#b2e4d6',
    agent0: '#e0b94f',
    rest0: '#9aa3ad',
    rest1: '#646d78',
    rest2: '#c8ced5',
    rest3: '#cf94bd',
    rest4: '#d2916b',
  },
};

export const fontFamily = 'Inter, system-ui, sans-serif';

const MIB = 1024 * 1024;
const GIB = 1024 * MIB;
const short = (value) => String(Number(value.toPrecision(3)));

/** Tick labels by the name that a spec gives its axis. */
export const formatters = {
  ms: (value) =>
    value === 0 ? '0' : Math.abs(value) < 1000 ? `${short(value)} ms` : `${short(value / 1000)} s`,
  bytes: (value) =>
    value === 0
      ? '0'
      : value % GIB === 0
        ? `${value / GIB} GiB`
        : Math.abs(value) < MIB
          ? `${short(value / 1024)} KiB`
          : `${short(value / MIB)} MiB`,
  count: (value) => short(value),
  percent: (value) => `${short(value)} %`,
};

/**
 * @param panel a Panel of report/charts/spec.ts; it is not changed
 * @param theme 'light' or 'dark'
 * @param place { responsive, devicePixelRatio? }
 */
export function chartConfig(panel, theme, place) {
  const colors = palettes[theme];
  const data = withColors(structuredClone(panel.data), colors);
  const options = withColors(structuredClone(panel.options), colors);
  Object.assign(options, place, { animation: false, maintainAspectRatio: false, locale: 'en' });
  options.font = { family: fontFamily, size: 12 };
  options.color = colors.ink;
  options.layout ??= { padding: { right: 6 } };
  options.scales = Object.fromEntries(
    Object.entries(options.scales).map(([name, scale]) => [name, dressScale(scale, colors)]),
  );
  options.plugins = {
    ...options.plugins,
    title: { display: false },
    legend: dressLegend(options.plugins.legend, colors),
    tooltip: dressTooltip(colors),
  };
  return { type: panel.type, data, options, plugins: panel.plugins.map((name) => drawers[name](colors)) };
}

/** Colour names (`@ink`) stand only under keys that end in `color`, so that a guest's text is never taken for one. */
function withColors(node, colors) {
  for (const [key, value] of Object.entries(node)) {
    if (/color$/i.test(key)) {
      const resolve = (name) =>
        typeof name === 'string' && name.startsWith('@') ? colors[name.slice(1)] : name;
      node[key] = Array.isArray(value) ? value.map(resolve) : resolve(value);
    } else if (value !== null && typeof value === 'object') withColors(value, colors);
  }
  return node;
}

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
      ...(format ? { callback: formatters[format] } : {}),
    },
    ...(scale.type === 'logarithmic'
      ? { afterBuildTicks: base === 2 ? powersOfTwo(format === 'bytes' ? 64 : 30) : keepRoundTicks }
      : {}),
    ...(ticks.stepSize ? { afterBuildTicks: (axis) => (axis.ticks = multiples(axis, ticks.stepSize)) } : {}),
  };
}

/** Of a logarithmic axis the ticks that begin with 1, 2 or 5, or with 1 alone where there is no room for more. */
function keepRoundTicks(axis) {
  const startsWith = (digits) =>
    axis.ticks.filter(({ value }) => digits.includes(Number(value.toExponential()[0])) && isRound(value));
  const all = startsWith([1, 2, 5]);
  axis.ticks = lengthOf(axis) / all.length >= (axis.isHorizontal() ? 44 : 24) ? all : startsWith([1]);
}

const lengthOf = (axis) =>
  axis.isHorizontal() ? axis.width || axis.chart.width : axis.height || axis.chart.height;

/** Ticks of an axis with `base: 2`, such as one of sizes: each power, every second or every third, as there is room. */
const powersOfTwo = (tickWidth) => (axis) => {
  const [first, last] = [Math.ceil(Math.log2(axis.min)), Math.floor(Math.log2(axis.max))];
  const powers = Array.from({ length: Math.max(0, last - first + 1) }, (_, index) => first + index);
  const room = lengthOf(axis) / (axis.isHorizontal() ? tickWidth : 28);
  const step = [1, 2, 3, 4].find((every) => powers.length / every <= room) ?? 5;
  axis.ticks = powers.filter((power) => power % step === 0).map((power) => ({ value: 2 ** power }));
};

/** Chart.js moves its ticks off the round numbers where an axis ends between two of them. */
function multiples({ min, max }, step) {
  const first = Math.ceil(min / step - 1e-9);
  const count = Math.floor(max / step + 1e-9) - first + 1;
  return Array.from({ length: count }, (_, index) => ({ value: (first + index) * step }));
}

const isRound = (value) => /^\de/.test(Number(value.toPrecision(12)).toExponential());

function dressLegend(legend, colors) {
  return {
    position: 'top',
    align: 'start',
    ...legend,
    onClick: () => undefined,
    labels: {
      // Of several series of one thing it names one.
      filter: ({ datasetIndex }, { datasets }) => !datasets[datasetIndex]?.unlisted,
      usePointStyle: true,
      boxWidth: 8,
      boxHeight: 8,
      padding: 12,
      color: colors.ink,
      font: { family: fontFamily, size: 12 },
    },
  };
}

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
      title: (items) => String([items[0]?.label ?? ''].flat().join(' ')).replaceAll(',', ' '),
      label: ({ dataset, dataIndex }) => `${dataset.label}: ${dataset.texts?.[dataIndex] ?? ''}`,
    },
  };
}

/** The plugins that a spec can name. */
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

function eachElement(chart, key, draw) {
  chart.data.datasets.forEach((dataset, index) => {
    if (!dataset[key] || !chart.isDatasetVisible(index)) return;
    chart.getDatasetMeta(index).data.forEach((element, position) => {
      const text = dataset[key][position];
      if (text && dataset.data[position] !== null) draw(element, text, dataset);
    });
  });
}

/** Writes into those segments of a bar that are wide enough. */
function drawInside(chart) {
  const { ctx } = chart;
  ctx.save();
  ctx.font = `11px ${fontFamily}`;
  ctx.textAlign = 'center';
  ctx.textBaseline = 'middle';
  eachElement(chart, 'inside', (bar, text, dataset) => {
    if (ctx.measureText(text).width + 8 > Math.abs(bar.x - bar.base)) return;
    ctx.fillStyle = inkOn(dataset.backgroundColor);
    ctx.fillText(text, (bar.x + bar.base) / 2, bar.y + 0.5);
  });
  ctx.restore();
}

/** Black or white, whichever reads better on a `#rrggbb`. */
function inkOn(color) {
  const [red, green, blue] = [1, 3, 5].map((at) => (parseInt(color.slice(at, at + 2), 16) / 255) ** 2.2);
  return 0.2126 * red + 0.7152 * green + 0.0722 * blue > 0.22 ? '#14171b' : '#ffffff';
}

/** Writes beside points and bars, and leaves out what has no room or would lie on an earlier label. */
function drawOutside(chart, colors) {
  const { ctx } = chart;
  const taken = [];
  ctx.save();
  ctx.font = `11px ${fontFamily}`;
  ctx.textAlign = 'left';
  ctx.textBaseline = 'middle';
  ctx.lineWidth = 3;
  ctx.lineJoin = 'round';
  ctx.strokeStyle = colors.surface;
  ctx.fillStyle = colors.ink2;
  eachElement(chart, 'outside', (element, text, dataset) => {
    const place = placeOutside(chart, element, ctx.measureText(text).width, dataset.side);
    if (place === undefined || taken.some((other) => overlap(place, other))) return;
    taken.push(place);
    ctx.strokeText(text, place.left, place.y);
    ctx.fillText(text, place.left, place.y);
  });
  ctx.restore();
}

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

function overlap(a, b) {
  return a.left < b.left + b.width && b.left < a.left + a.width && Math.abs(a.y - b.y) < 10;
}

/** Thin lines from where each step of a waterfall ends to the next that there is. */
function drawConnectors(chart, colors) {
  const { ctx, scales } = chart;
  const [{ data }] = chart.data.datasets;
  const steps = chart
    .getDatasetMeta(0)
    .data.flatMap(({ y }, index) =>
      data[index] === null ? [] : [{ y, x: scales.x.getPixelForValue(data[index][1]) }],
    );
  ctx.save();
  ctx.strokeStyle = colors.ink2;
  ctx.lineWidth = 0.75;
  steps.slice(1).forEach((step, index) => {
    ctx.beginPath();
    ctx.moveTo(steps[index].x, steps[index].y);
    ctx.lineTo(steps[index].x, step.y);
    ctx.stroke();
  });
  ctx.restore();
}

/** A band between `low` and `high` of each series. */
function drawIntervals(chart) {
  const { ctx, scales } = chart;
  ctx.save();
  ctx.globalAlpha = 0.16;
  for (const { low, high, borderColor } of chart.data.datasets) {
    const there = low.flatMap((value, index) => (value === null ? [] : [index]));
    const place = (values) => (index) => [
      scales.x.getPixelForValue(index),
      scales.y.getPixelForValue(values[index]),
    ];
    ctx.fillStyle = borderColor;
    ctx.beginPath();
    for (const [x, y] of [...there.map(place(high)), ...there.toReversed().map(place(low))]) ctx.lineTo(x, y);
    ctx.fill();
  }
  ctx.restore();
}

/** A line through the points of each series, and the band that it may lie in; both are given in values of the axes. */
function drawFits(chart) {
  const { ctx, scales, chartArea } = chart;
  const place = (x, y) => [scales.x.getPixelForValue(x), scales.y.getPixelForValue(y)];
  // Below zero there is nothing on a logarithmic axis.
  const floor = scales.y.type === 'logarithmic' ? scales.y.min : -Infinity;
  ctx.save();
  ctx.beginPath();
  ctx.rect(chartArea.left, chartArea.top, chartArea.width, chartArea.height);
  ctx.clip();
  for (const { fit, band, borderColor, borderDash } of chart.data.datasets) {
    ctx.strokeStyle = ctx.fillStyle = borderColor;
    if (band) {
      ctx.globalAlpha = 0.16;
      ctx.beginPath();
      for (const [x, low] of band) ctx.lineTo(...place(x, Math.max(low, floor)));
      for (const [x, , high] of band.toReversed()) ctx.lineTo(...place(x, Math.max(high, floor)));
      ctx.fill();
    }
    if (fit) {
      ctx.globalAlpha = 1;
      ctx.lineWidth = 1.25;
      ctx.setLineDash(borderDash ?? []);
      ctx.beginPath();
      for (const [x, y] of fit) ctx.lineTo(...place(x, Math.max(y, floor)));
      ctx.stroke();
    }
  }
  ctx.restore();
}

/** The levels that were found, and a labelled line where one ends. */
function drawChanges(chart, colors) {
  const { ctx, scales, chartArea } = chart;
  const taken = [];
  ctx.save();
  ctx.font = `600 11px ${fontFamily}`;
  ctx.textBaseline = 'middle';
  for (const { fits, marks } of chart.data.datasets) {
    ctx.strokeStyle = colors.ink;
    ctx.lineWidth = 1.25;
    for (const path of fits) {
      ctx.beginPath();
      for (const [at, level] of path)
        ctx.lineTo(scales.x.getPixelForValue(at), scales.y.getPixelForValue(level));
      ctx.stroke();
    }
    for (const { at, text, color } of marks) {
      const x = scales.x.getPixelForValue(at);
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

/** Beside the line that it belongs to, in one of two rows above the chart; nowhere where others have taken them. */
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
