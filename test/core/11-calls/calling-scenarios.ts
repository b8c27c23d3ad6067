import type { StepCall } from '../../../src/core/model/scenario';
import {
  Conversation,
  type ScenarioDraft,
  type StepDraft,
  type TransitionDraft,
  type TurnDraft,
} from '../../support/conversation';
import type { Variation } from '../../support/sample-scenarios';

type Options = ConstructorParameters<typeof Conversation>[1];

export const end: StepDraft = { stepId: 'end', isTerminal: true, templateIds: ['bye'] };
export const silentEnd: StepDraft = { stepId: 'end', isTerminal: true };

/** A step that calls a scenario. */
export function callStep(
  call: Partial<StepCall> & { readonly scenarioId: string },
  to: readonly TransitionDraft[] = ['agree'],
): StepDraft {
  return { stepId: 'call', calls: { reuseCompleted: false, returns: [], ...call }, to };
}

/** Asks for a name, calls Address, and then asks to agree on name and street. */
export function register(variation: Variation & { readonly to?: readonly TransitionDraft[] } = {}): ScenarioDraft {
  const { to = ['agree'], ...given } = variation;
  return {
    scenarioId: 'register',
    steps: [
      { stepId: 'name', collectsProfileFields: ['name'], to: ['call'] },
      callStep({ scenarioId: 'address', returns: ['street'] }, to),
      { stepId: 'agree', isCheckpoint: true, confirmsFields: ['name', 'street'], to: ['end'] },
      { stepId: 'failed', collectsProfileFields: ['reason'], to: ['end'] },
      end,
    ],
    ...given,
  };
}

/** As `register`, with a global step that the intent "why" leads to and that returns with the intent "ok". */
export function registerWithGlobalStep(): ScenarioDraft {
  const caller = register();
  const why: StepDraft = {
    stepId: 'why',
    templateIds: ['because'],
    reachableFromAnywhere: true,
    to: [{ returns: true, intentLabel: 'ok' }],
  };
  return { ...caller, steps: [...caller.steps, why], globals: [{ to: 'why', intentLabel: 'why' }] };
}

/** Asks for a street and then ends without a contribution. */
export function address(variation: Variation & { readonly last?: StepDraft } = {}): ScenarioDraft {
  const { last = silentEnd, ...given } = variation;
  return {
    scenarioId: 'address',
    steps: [{ stepId: 'ask', collectsProfileFields: ['street'], to: ['end'] }, last],
    ...given,
  };
}

export const other: ScenarioDraft = {
  scenarioId: 'other',
  steps: [{ stepId: 'ask', collectsProfileFields: ['other_field'], to: ['end'] }, end],
};

export const startRegister: TurnDraft = { candidates: { register: 0.9 }, variables: { name: 'Ada' } };
export const givesStreet: TurnDraft = { variables: { street: 'Main 1' } };

/** Register has called Address, unless `scenarios` defines something else. */
export function startCall(
  scenarios: readonly ScenarioDraft[] = [register(), address(), other],
  options: Options = {},
): Conversation {
  const conversation = new Conversation(scenarios, options);
  conversation.turn(startRegister);
  return conversation;
}

export const cancelAddress: TurnDraft = { signals: [['CANCEL', 'address']] };
