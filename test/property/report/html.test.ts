import { describe, expect } from 'vitest';
import { inScript } from '../../../report/html.ts';
import { drawn, holds, oddText, staysQuick, same } from '../../support/property.ts';

describe('data in a page’s script', () => {
  const data = drawn((draw) =>
    draw.some(4, () => `${draw.of(['</script', '<!--', '<SCRIPT', '</ScRiPt ', '<'])}${oddText(draw, 4)}`),
  );

  holds('is the same data again, and cannot end the script', data, (texts) => {
    const script = inScript(JSON.stringify(texts));
    expect(script).not.toMatch(/<\/?script|<!--|[\u2028\u2029]/i);
    same(JSON.parse(script), texts);
  });

  staysQuick('text', ['<', '</script', '<!--'], inScript);
});
