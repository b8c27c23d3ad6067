import type { DraftContribution } from './contribution-draft';
import { changeType } from './contribution-source';

/**
 * Adds the waiting templates to the contribution of an instance (3.1). An ASK whose fields another scenario asks for has become a NONE; the
 * templates are then contributed as an INFORM. With a deferred contribution, the templates keep waiting.
 */
export function addLeadIns(draft: DraftContribution): DraftContribution {
  const { contribution, leadInTemplateIds } = draft;
  if (leadInTemplateIds.length === 0 || contribution.deferred) return draft;
  switch (contribution.type) {
    case 'NONE':
      return { ...draft, contribution: changeType(contribution, 'INFORM', { templateIds: leadInTemplateIds }) };
    case 'ASK':
    case 'CONFIRM':
    case 'ACTION_HINT':
    case 'INFORM':
      return { ...draft, contribution: { ...contribution, leadInTemplateIds } };
  }
}
