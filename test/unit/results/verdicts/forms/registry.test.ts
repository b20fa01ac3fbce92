import { describe, expect, it } from 'vitest';
import { comparisonDocument } from '../../../../../results/compare/document.ts';
import { ciForms, verdictForms } from '../../../../../results/verdicts/forms/registry.ts';
import { buildComparison } from '../../../../fixtures/records/comparison.ts';
import { buildGateDocument } from '../../gate/result.ts';

describe('every form', () => {
  it.each(verdictForms)('$id is made of a document alone, without a newline at its end', ({ render }) => {
    for (const document of [comparisonDocument(buildComparison()), buildGateDocument()]) {
      const text = String(render(document));
      expect(text).not.toBe('');
      expect(text.endsWith('\n')).toBe(false);
      expect(String(render(document))).toBe(text);
    }
  });

  it('for other programs has a file of its own', () => {
    expect(new Set(ciForms.map(({ file }) => file)).size).toBe(ciForms.length);
  });
});
