import { pssTable, pssText, serviceName, type Ledger } from '../../results/tables/ledger.ts';
import { shortName } from '../../results/tables/runtimes.ts';
import { bytesAxis, categoryAxis, labelRoom } from './axes.ts';
import { withMark } from './labels.ts';
import { colorOf } from './runtime-looks.ts';
import type { Figure } from './spec.ts';

const SHOWN_SERVICES = 12;

/** PSS of the services that run, runtime beside runtime. `undefined` where no service has a PSS. */
export function servicesPss(ledger: Ledger): Figure | undefined {
  const weighed = ledger.services.filter(({ places }) =>
    places.some(({ pssBytes }) => pssBytes !== undefined),
  );
  const shown = weighed.slice(0, SHOWN_SERVICES);
  if (shown.length === 0) return undefined;
  const largest = Math.max(...shown.flatMap(({ places }) => places.map(({ pssBytes = 0 }) => pssBytes)));
  const height = shown.length * (ledger.runtimes.length * 18 + 12) + 80;
  return {
    id: 'services-pss',
    scenario: 'services',
    title: 'Services: what each takes',
    caption:
      'Median PSS of each service that runs, udev and D-Bus first. An asterisk: the host runs the same service already. ' +
      (weighed.length > shown.length
        ? `The first ${shown.length} of ${weighed.length}; the ledger has all.`
        : ''),
    ...withMark(ledger.memoryMark),
    layout: 'rows',
    panels: [
      {
        id: 'pss',
        alt: `Bars of PSS for ${shown.length} services in ${ledger.runtimes.map(shortName).join(' and ')}`,
        type: 'bar',
        height,
        narrowHeight: height,
        data: {
          labels: shown.map(serviceName),
          datasets: ledger.runtimes.map((runtime, index) => {
            const bytes = shown.map(({ places }) => places[index]?.pssBytes);
            const texts = shown.map(({ places }) => pssText(places[index]));
            return {
              label: shortName(runtime),
              // No length, but a word in its place: that a service does not run is half of the answer.
              data: bytes.map((value) => value ?? 0),
              texts,
              outside: texts,
              side: 'right',
              backgroundColor: `@${colorOf(runtime)}`,
              barPercentage: 0.8,
              categoryPercentage: 0.8,
              borderWidth: 0,
            };
          }),
        },
        options: {
          indexAxis: 'y',
          layout: labelRoom,
          plugins: { legend: { display: true } },
          scales: { x: bytesAxis('', 0, largest * 1.02), y: categoryAxis },
        },
        plugins: ['outside-labels'],
      },
    ],
    table: pssTable(ledger, shown),
  };
}
