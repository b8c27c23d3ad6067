import type { ScenarioFinding } from '../finding';
import type { CompiledDraft } from './draft';
import { fieldFindings } from './field-findings';
import { graphFindings } from './graph-findings';
import { identityFindings } from './identity-findings';
import { stepFindings } from './step-findings';
import { transitionFindings } from './transition-findings';

/** Everything that is wrong with, or noteworthy in, a definition, ERRORs first, each group in the order of the definition. */
export function findingsOf(draft: CompiledDraft): readonly ScenarioFinding[] {
  const all = [
    ...identityFindings(draft),
    ...stepFindings(draft),
    ...transitionFindings(draft),
    ...draft.conditionFindings,
    ...graphFindings(draft),
    ...fieldFindings(draft),
  ];
  return [
    ...all.filter(({ severity }) => severity === 'ERROR'),
    ...all.filter(({ severity }) => severity === 'WARNING'),
  ];
}
