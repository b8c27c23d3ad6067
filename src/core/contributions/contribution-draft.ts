import type { InstanceView } from '../context/instance-view';
import type { SelectionContext } from '../context/selection-context';
import type { Contribution } from '../model/contribution';
import type { Walk } from '../steps/walk-state';
import { type ContributionSource, createContribution, toSource } from './contribution-source';
import { isReminder } from './reminders';
import { getWaitsFor, getWaitsForWithoutWalk } from './waits-for';

/** The contribution of an instance before conflicts are resolved, with the data that determines its order and its conflicts (4.1, 4.2). */
export interface DraftContribution {
  readonly contribution: Contribution;
  readonly lastActiveAt: number;
  /** Templates that the contribution carries unless it is deferred (3.1). */
  readonly leadInTemplateIds: readonly string[];
  /** Fields that are local to the scenario (0.4). */
  readonly localFields: ReadonlySet<string>;
}

const noFields: ReadonlySet<string> = new Set();

/** Drafts the contribution of an instance that walked, from what the step where the walk ended needs (section 4). */
export function draftContribution(walk: Walk, lastActiveAt: number, context: SelectionContext): DraftContribution {
  const { input, position } = walk;
  const source = toSource(input.instance.instanceId, input.scenario, position.step, context);
  return {
    contribution: draftByNeed(walk, source, context),
    lastActiveAt,
    leadInTemplateIds: getLeadIns(walk),
    localFields: input.scenario.localFields,
  };
}

/** While a call is open, the templates wait for its return (section 11). */
function getLeadIns({ need, leadInTemplateIds }: Walk): readonly string[] {
  return need.kind === 'call' ? [] : leadInTemplateIds;
}

/** Drafts the NONE of an instance that continues without a walk. */
export function draftQuietContribution(
  { instance, scenario, step }: InstanceView,
  lastActiveAt: number,
  context: SelectionContext,
): DraftContribution {
  const { instanceId, scenarioId, currentStepId: stepId } = instance;
  const source =
    scenario && step
      ? toSource(instanceId, scenario, step, context)
      : { scenarioId, scenarioName: '', instanceId, stepId, stepName: stepId, priorityWithoutBase: 0 };
  return {
    contribution: createContribution(source, 'NONE', false, { waitsFor: getWaitsForWithoutWalk(instance) }),
    lastActiveAt,
    leadInTemplateIds: [],
    localFields: noFields,
  };
}

function draftByNeed(walk: Walk, source: ContributionSource, context: SelectionContext): Contribution {
  const { need } = walk;
  switch (need.kind) {
    case 'ask':
      return createContribution(source, 'ASK', need.isReprompt, {
        isReminder: isReminder(walk, context),
        fieldsToAsk: need.fields,
        knownValues: need.knownValues,
        deferredFields: [],
        fieldTexts: [],
        rejectedValues: [],
      });
    case 'confirm':
      return createContribution(source, 'CONFIRM', need.isReprompt, {
        isReminder: isReminder(walk, context),
        confirmKind: 'STEP',
        actionToConfirm: walk.position.step.actionDescription,
        valuesToConfirm: need.values,
        choices: [],
        actionKey: need.actionKey,
      });
    case 'act':
      return createContribution(source, 'ACTION_HINT', need.isReprompt, {
        tools: need.tools,
        actionKey: need.actionKey,
      });
    case 'inform':
      return createContribution(source, 'INFORM', false, { templateIds: need.templateIds });
    case 'call':
    case 'event':
    case 'none':
      return createContribution(source, 'NONE', false, { waitsFor: getWaitsFor(walk, context) });
  }
}
