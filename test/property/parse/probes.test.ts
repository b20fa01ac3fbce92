import { describe } from 'vitest';
import { parseCallsProbe } from '../../../harness/parse/calls-probe.ts';
import { parseCleanlinessProbe } from '../../../harness/parse/cleanliness-probe.ts';
import { parseDetectionProbe } from '../../../harness/parse/detection-probe.ts';
import { parseIsolationProbe } from '../../../harness/parse/isolation-probe.ts';
import { holds, oddText, rows, same, staysQuick } from '../../support/property.ts';

describe('what a probe of isolation says', () => {
  const devices = rows(
    (draw) => {
      const device = {
        path: `/dev/${oddText(draw, 2).replaceAll(/[\n\r\u2028\u2029]/g, '')}`,
        opened: draw.int(0, 133),
      };
      return { text: `device ${device.path} ${device.opened}`, says: device };
    },
    (text) => /^device .* \d{1,5}$/.test(text) || text === 'end',
  );

  holds('has each node word for word, whatever stands between', devices, (some) => {
    const lines = some.map(({ text }) => text);
    const { devices: found } = parseIsolationProbe([...lines, 'end']);
    same(
      found,
      some.flatMap(({ says }) => says ?? []),
    );
  });

  staysQuick('lines', ['uid-map 0 ', 'namespace a:[', 'load 1 ', 'status ', 'device /', 'end\n'], (text) =>
    parseIsolationProbe([...text.split('\n'), 'end']),
  );
});

describe('what calls answered', () => {
  const answers = rows(
    (draw) => {
      const [call, answer] = [draw.int(0, 462), draw.chance(0.2) ? ('killed' as const) : draw.int(0, 133)];
      return { text: `${call} ${answer}`, says: [call, answer] as const };
    },
    (text) => /^\d{1,4} (\d{1,4}|killed)$/.test(text),
  );

  holds('is there by its number', answers, (some) => {
    same(
      parseCallsProbe(some.map(({ text }) => text)),
      new Map(some.flatMap(({ says }) => (says ? [says] : []))),
    );
  });
});

describe('what a probe of detection says', () => {
  staysQuick('lines', ['dmi ', 'a-b ', 'end .\n'], (text) =>
    parseDetectionProbe([...text.split('\n'), 'end .']),
  );
});

describe('a critical chain', () => {
  const chain = rows(
    (draw) => {
      const link = {
        unit: draw.of(['a.service', '-.mount', 'b@x.target']),
        activeMs: draw.int(1, 9999),
        tookMs: draw.int(1, 999),
      };
      return { text: `chain ${link.unit} @${link.activeMs}ms +${link.tookMs}ms`, says: link };
    },
    (text) => text.startsWith('chain ') || text === 'end',
  );

  holds('has its units in order, with their times', chain, (some) => {
    const found = parseCleanlinessProbe([...some.map(({ text }) => text), 'end']);
    same(
      found.chain,
      some.flatMap(({ says }) => says ?? []),
    );
  });

  staysQuick('lines', ['chain a @1s ', 'chain a @', '1min ', 'failed ', 'end\n'], (text) =>
    parseCleanlinessProbe([...text.split('\n'), 'end']),
  );
});
