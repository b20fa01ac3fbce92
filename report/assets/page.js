/* global chartConfig */
/** Draws the charts of the page, and draws them anew when the theme changes. Runs after Chart.js and drawing.js. */

const figures = JSON.parse(document.getElementById('figures').textContent);
const dark = matchMedia('(prefers-color-scheme: dark)');
const narrow = matchMedia('(max-width: 40rem)');
/** Shows what others have published, where the page has any: off at first. */
const published = document.getElementById('published');
let drawn = [];

const isShown = () => published?.getAttribute('aria-pressed') === 'true';

function draw(theme) {
  for (const chart of drawn) chart.destroy();
  drawn = figures.flatMap(({ id, panels }) =>
    panels.map((panel) => {
      const canvas = document.getElementById(`${id}-${panel.id}`);
      canvas.parentElement.style.height = `${narrow.matches ? panel.narrowHeight : panel.height}px`;
      return new window.Chart(
        canvas,
        chartConfig(panel, theme, { responsive: true, withOverlay: isShown() }),
      );
    }),
  );
  document.documentElement.dataset.drawn = theme;
}

/** What a link leads to may lie in a closed part of the page. */
function openTarget() {
  const target = document.getElementById(window.location.hash.slice(1));
  const closed = target?.closest('details:not([open])');
  if (!closed) return;
  closed.open = true;
  target.scrollIntoView();
}

if (published) {
  published.hidden = false;
  published.addEventListener('click', () => {
    published.setAttribute('aria-pressed', String(!isShown()));
    for (const block of document.querySelectorAll('.published')) block.hidden = !isShown();
    drawForScreen();
  });
}

window.addEventListener('hashchange', openTarget);
openTarget();

const drawForScreen = () => draw(dark.matches ? 'dark' : 'light');

document.fonts.ready
  .then(() => Promise.all([400, 600].map((weight) => document.fonts.load(`${weight} 12px Inter`))))
  .then(drawForScreen);
dark.addEventListener('change', drawForScreen);
narrow.addEventListener('change', drawForScreen);
// Paper is white, whatever the screen is.
window.addEventListener('beforeprint', () => draw('light'));
window.addEventListener('afterprint', drawForScreen);
