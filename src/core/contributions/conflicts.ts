import type { AskContribution, Contribution } from '../model/contribution';
import type { OrchestrationSettings } from '../model/settings';
import { basePriorities, type DraftContribution } from './contribution-draft';

/**
 * Settles what several contributions want at once; the list is in plan order, so the higher priority wins (4.2): a field asked
 * twice is asked once, and what is over `max_confirms_per_turn` or `max_fields_to_ask_per_turn` waits. An ASK of which nothing is
 * left is a NONE, with the priority of one.
 */
export function resolveConflicts(
  drafts: readonly DraftContribution[],
  settings: Pick<OrchestrationSettings, 'maxConfirmsPerTurn' | 'maxFieldsToAskPerTurn'>,
): readonly DraftContribution[] {
  const askedBy = new Map<string, string>();
  let lastAsker = '';
  let confirms = 0;
  let lastConfirmer = '';
  const settle = (contribution: Contribution): Contribution => {
    if (contribution.type === 'CONFIRM' && contribution.confirmKind === 'STEP') {
      if (confirms >= settings.maxConfirmsPerTurn) return defer(contribution, lastConfirmer);
      confirms += 1;
      lastConfirmer = contribution.scenarioId;
      return contribution;
    }
    if (contribution.type !== 'ASK') return contribution;
    const settled = settleAsk(contribution, askedBy, lastAsker, settings.maxFieldsToAskPerTurn);
    if (settled.type === 'ASK' && !settled.deferred) {
      for (const field of settled.fieldsToAsk) askedBy.set(field, settled.scenarioId);
      lastAsker = settled.scenarioId;
    }
    return settled;
  };
  return drafts.map((draft) => {
    const contribution = settle(draft.contribution);
    return contribution === draft.contribution ? draft : { contribution, lastActiveAt: draft.lastActiveAt };
  });
}

function settleAsk(
  ask: AskContribution,
  askedBy: ReadonlyMap<string, string>,
  lastAsker: string,
  maxFields: number,
): Contribution {
  const sharedFields = ask.fieldsToAsk.filter((field) => askedBy.has(field));
  const own = ask.fieldsToAsk.filter((field) => !askedBy.has(field));
  if (own.length === 0) return asNone(ask, sharedFields);
  const room = maxFields === 0 ? own.length : Math.max(0, maxFields - askedBy.size);
  if (sharedFields.length === 0 && own.length <= room) return ask;
  if (room === 0) return { ...defer(ask, lastAsker), sharedFields, fieldsToAsk: [], deferredFields: own };
  const fieldsToAsk = own.slice(0, room);
  const deferredFields = own.slice(room);
  return {
    ...ask,
    sharedFields,
    fieldsToAsk,
    deferredFields,
    deferredBehindScenarioId: deferredFields.length > 0 ? ask.scenarioId : '',
    knownValues: new Map([...ask.knownValues].filter(([field]) => fieldsToAsk.includes(field))),
  };
}

/** Nothing is left to ask: the fields count as asked by it all the same. */
function asNone(ask: AskContribution, sharedFields: readonly string[]): Contribution {
  return {
    scenarioId: ask.scenarioId,
    scenarioName: ask.scenarioName,
    instanceId: ask.instanceId,
    stepId: ask.stepId,
    stepName: ask.stepName,
    priority: ask.priority - basePriorities.ASK + basePriorities.NONE,
    isReprompt: ask.isReprompt,
    deferred: false,
    deferredBehindScenarioId: '',
    sharedFields,
    type: 'NONE',
  };
}

function defer<C extends Contribution>(contribution: C, behind: string): C {
  return { ...contribution, deferred: true, deferredBehindScenarioId: behind };
}
