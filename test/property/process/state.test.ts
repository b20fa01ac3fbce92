import { describe, expect } from 'vitest';
import { parseJournal } from '../../../harness/process/cleanup.ts';
import { parseStartTicks } from '../../../harness/parse/process-stat.ts';
import { describeResource, type Resource } from '../../../harness/process/resource.ts';
import { parseHolder } from '../../../harness/process/run-lock.ts';
import { broken, drawn, holds, lists, oddText, staysQuick, same } from '../../support/property.ts';

describe('the journal of what was made', () => {
  const journal = lists(6, (draw) => {
    const id = draw.int(1, 4);
    const path = `/run/${oddText(draw, 2)}`;
    const resource = draw.of<Resource>([
      { kind: 'path', path },
      { kind: 'cgroup', folders: [path] },
      { kind: 'loop', device: path, backing: path },
      { kind: 'xen-domain', name: path },
    ]);
    const line = JSON.stringify({ id, resource });
    return draw.of<{ line: string; made?: [number, Resource]; gone?: number }>([
      { line, made: [id, resource] },
      { line: JSON.stringify({ gone: id }), gone: id },
      // Cut short by a kill, or no line of twinboot's.
      { line: line.slice(0, draw.int(0, line.length - 1)) },
      {
        line: draw.of([
          'null',
          '1',
          '"x"',
          '[]',
          '{}',
          '{"id":1}',
          '{"id":"1","resource":{}}',
          `x${oddText(draw)}`,
        ]),
      },
    ]);
  });

  holds('tells what is left, whatever else is in it', journal, (lines) => {
    const left = new Map<number, Resource>();
    for (const { made, gone } of lines) {
      if (made !== undefined) left.set(...made);
      if (gone !== undefined) left.delete(gone);
    }
    const entries = [...parseJournal(lines.map(({ line }) => line.replaceAll('\n', '')).join('\n')).values()];
    same(new Map(entries.map(({ id, resource }) => [id, resource])), left);
    for (const { resource } of entries) expect(describeResource(resource)).toBeTypeOf('string');
  });

  staysQuick('text', ['{"gone":1}\n', '{"id":', '['], parseJournal);
});

describe('the run lock’s holder', () => {
  const holder = { identity: { pid: 1, startTicks: 2, hostBootId: 'x' }, purpose: 'run', startedAt: 'now' };
  const text = drawn((draw) =>
    draw.of([broken(draw, JSON.stringify(holder)), 'null', '{}', '{"identity":null}', oddText(draw)]),
  );

  holds('is known, or nobody', text, (said) => {
    same(parseHolder(JSON.stringify(holder)), holder);
    const found = parseHolder(said);
    if (found !== undefined) expect(found.identity.pid).toBeTypeOf('number');
  });
});

describe('when a process started', () => {
  const stat = drawn((draw) => ({
    name: oddText(draw, 3),
    ticks: draw.int(0, 2 ** 50),
    state: draw.of(['S', 'R', 'Z']),
    odd: oddText(draw),
  }));

  holds('is read behind any name', stat, ({ name, ticks, state, odd }) => {
    const fields = Array.from({ length: 18 }, (_, index) => index);
    same(
      parseStartTicks(`12 (${name}) ${state} ${fields.join(' ')} ${ticks} 5 6\n`),
      state === 'Z' ? undefined : ticks,
    );
    expect(parseStartTicks(`12 (${odd}`)).toBeUndefined();
  });

  staysQuick('text', ['1 (a) S ', ') S'], parseStartTicks);
});
