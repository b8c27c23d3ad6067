import type { Scenario } from '../../../src/core/model/scenario';
import type { SemanticEvaluation } from '../../../src/core/model/settings';
import type { ScenarioFinding, ScenarioFindingCode } from '../../../src/core/scenario/scenario-finding';
import type { ScenarioDraft } from '../../support/conversation';
import {
  again,
  ask,
  call,
  createDraft,
  end,
  help,
  inform,
  pay,
  sure,
  toAway,
  toHelp,
  tool,
  withCondition,
  withRequiredFields,
} from './finding-drafts';

interface Case {
  readonly severity: ScenarioFinding['severity'];
  /** A definition with the finding. */
  readonly invalid: ScenarioDraft | Scenario;
  /** Similar definitions without the finding. */
  readonly valid: readonly (ScenarioDraft | Scenario)[];
  /** Default: off. */
  readonly semanticEvaluation?: SemanticEvaluation;
}

/** Every code with a definition that has the finding, and similar definitions without it. */
export const cases: Readonly<Record<ScenarioFindingCode, Case>> = {
  ENTRY_STEP_NOT_FOUND: {
    severity: 'ERROR',
    invalid: { ...createDraft(ask), entryStepId: 'Ask' },
    valid: [{ ...createDraft(ask), entryStepId: 'ask' }],
  },
  DUPLICATE_STEP: {
    severity: 'ERROR',
    invalid: createDraft(ask, { ...ask }),
    valid: [createDraft(ask, { ...ask, stepId: 'Ask' })],
  },
  DUPLICATE_TRANSITION: {
    severity: 'ERROR',
    invalid: createDraft({ ...ask, to: [{ to: 'end', transitionId: 'ask/2', intentLabel: 'x' }, 'end'] }),
    valid: [createDraft({ ...ask, to: [{ to: 'end', transitionId: 'ask/1', intentLabel: 'x' }, 'end'] })],
  },
  DUPLICATE_REQUIRED_FIELD: {
    severity: 'ERROR',
    invalid: withRequiredFields(['id', 'id']),
    valid: [withRequiredFields(['id', 'Id'])],
  },
  MIGRATION_TARGET_NOT_FOUND: {
    severity: 'ERROR',
    invalid: { ...createDraft(ask), migrationStepMap: new Map([['old', 'new']]) },
    valid: [{ ...createDraft(ask), migrationStepMap: new Map([['old', 'ask']]) }],
  },
  REQUIRED_ACTION_WITHOUT_TOOL: {
    severity: 'ERROR',
    invalid: createDraft({ ...ask, isRequiredAction: true }),
    valid: [
      createDraft({ ...ask, isRequiredAction: true, toolIds: ['t'] }),
      createDraft({ ...ask, isCheckpoint: true }),
    ],
  },
  ACTION_WITHOUT_TOOL: {
    severity: 'WARNING',
    invalid: createDraft({ ...ask, performsAction: true }),
    valid: [createDraft({ ...ask, performsAction: true, toolIds: ['t'] })],
  },
  TOOL_NOT_FOUND: {
    severity: 'ERROR',
    invalid: createDraft({ ...ask, toolBindings: [tool('a', 'b')] }),
    valid: [createDraft({ ...ask, toolBindings: [tool('a', 'b')], toolIds: ['b'] })],
  },
  TOOL_CYCLE: {
    severity: 'ERROR',
    invalid: createDraft({ ...ask, toolBindings: [tool('a', 'b'), tool('b', 'a')] }),
    valid: [createDraft({ ...ask, toolBindings: [tool('a', 'b'), tool('b')] })],
  },
  DUPLICATE_TOOL: {
    severity: 'ERROR',
    invalid: createDraft({ ...ask, toolBindings: [tool('a')], toolIds: ['a'] }),
    valid: [createDraft({ ...ask, toolIds: ['a'], to: ['again'] }, { stepId: 'again', toolIds: ['a'], to: ['end'] })],
  },
  CAN_SKIP_WITHOUT_EFFECT: {
    severity: 'WARNING',
    invalid: createDraft({ ...ask, isCheckpoint: true, canSkip: true }),
    valid: [createDraft({ ...ask, isCheckpoint: true, canSkip: false }), createDraft({ ...ask, canSkip: true })],
  },
  STEP_SAYS_NOTHING: {
    severity: 'WARNING',
    invalid: createDraft({ stepId: 'silent', isCheckpoint: true, requiresConfirmation: false, to: ['end'] }),
    valid: [
      createDraft({ stepId: 'silent', to: ['end'] }),
      createDraft({ stepId: 'silent', isCheckpoint: true, to: ['end'] }),
      createDraft({ stepId: 'silent', canSkip: false, templateIds: ['text'], to: ['end'] }),
      createDraft({ stepId: 'silent', canSkip: false, calls: call('other'), to: ['end'] }),
      { scenarioId: 's', steps: [{ stepId: 'silent', isTerminal: true }] },
    ],
  },
  DANGLING_TRANSITION: {
    severity: 'ERROR',
    invalid: createDraft({ ...ask, to: [{ to: 'End', intentLabel: 'x' }, 'end'] }),
    valid: [createDraft(ask)],
  },
  SEMANTIC_EVALUATION_OFF: {
    severity: 'WARNING',
    invalid: createDraft({ ...ask, to: [{ to: 'end', conditionText: 'is rich', intentLabel: 'x' }, 'end'] }),
    valid: [createDraft({ ...ask, to: [{ to: 'end', description: 'is rich', intentLabel: 'x' }, 'end'] })],
  },
  CONDITION_WITHOUT_EMBEDDING: {
    severity: 'WARNING',
    semanticEvaluation: 'embedding',
    invalid: createDraft({ ...ask, to: [{ to: 'end', conditionText: 'is rich' }, 'end'] }),
    valid: [createDraft({ ...ask, to: [{ to: 'end', conditionText: 'is rich', conditionEmbedding: [1] }, 'end'] })],
  },
  HIDDEN_BY_DEFAULT: {
    severity: 'WARNING',
    invalid: createDraft({ ...ask, to: ['end', { to: 'end', condition: 'data.age > 1.0' }] }),
    valid: [
      createDraft({ ...ask, to: ['end', { to: 'end', condition: 'data.age > 1.0', priority: 1 }] }),
      createDraft({ ...ask, to: ['end', { to: 'end', condition: 'data.age > 1.0', trigger: 'ANYTIME' }] }),
      createDraft({ ...ask, to: ['end', { to: 'end', condition: 'outcome == "declined"' }] }),
      createDraft({ ...ask, to: ['end', { to: 'end', outcomes: ['DECLINED'] }] }),
      // A transition that returns can be FALSE.
      { ...createDraft(ask, { ...help, to: [{ returns: true }, 'end'] }), globals: [toHelp] },
      createDraft({
        ...ask,
        to: [
          { to: 'end', conditionText: 'is rich' },
          { to: 'end', intentLabel: 'x' },
        ],
      }),
    ],
  },
  ANYTIME_STATES_NOTHING: {
    severity: 'WARNING',
    invalid: createDraft({ ...ask, to: [{ to: 'end', trigger: 'ANYTIME' }] }),
    valid: [
      createDraft({ ...ask, to: [{ to: 'end', trigger: 'ANYTIME', intentLabel: 'x' }, 'end'] }),
      createDraft({ ...ask, to: [{ to: 'end', trigger: 'ANYTIME', afterMs: 60_000 }, 'end'] }),
    ],
  },
  GLOBAL_STATES_NOTHING: {
    severity: 'ERROR',
    invalid: { ...createDraft(ask, help), globals: ['help'] },
    valid: [
      { ...createDraft(ask, help), globals: [{ to: 'help', intentLabel: 'help' }] },
      { ...createDraft(ask, help), globals: [{ to: 'help', conditionText: 'wants help' }] },
      { ...createDraft(ask, help), globals: [{ to: 'help', afterMs: 60_000 }] },
    ],
  },
  GLOBAL_TARGET_NOT_REACHABLE: {
    severity: 'ERROR',
    invalid: { ...createDraft(ask, help), globals: [{ to: 'ask', intentLabel: 'help' }] },
    valid: [{ ...createDraft(ask, help), globals: [{ to: 'help', intentLabel: 'help' }] }],
  },
  NO_WAY_TO_TERMINAL: {
    severity: 'ERROR',
    invalid: { scenarioId: 's', steps: [{ ...ask, to: ['ask'] }] },
    valid: [
      { scenarioId: 's', steps: [{ ...ask, to: ['ask'] }], completionCondition: 'data.age > 1.0' },
      { ...createDraft({ ...ask, to: ['ask'] }, help), globals: [{ to: 'help', intentLabel: 'help' }] },
    ],
  },
  UNREACHABLE_STEP: {
    severity: 'WARNING',
    invalid: createDraft(ask, inform('alone', 'end')),
    valid: [
      createDraft(ask, help),
      createDraft(ask, { ...inform('alone', 'end'), isRecovery: true }),
      { ...createDraft(ask, { ...help, isRecovery: false }), globals: [toHelp] },
      createDraft({ ...ask, to: ['alone'] }, inform('alone', 'end')),
    ],
  },
  TRAP: {
    severity: 'ERROR',
    invalid: createDraft({ ...ask, to: [toAway, 'end'] }, inform('away', 'round'), inform('round', 'away')),
    valid: [
      createDraft(
        { ...ask, to: [toAway, 'end'] },
        inform('away', 'round'),
        inform('round', { to: 'end', intentLabel: 'y' }, 'away'),
      ),
      createDraft({ ...ask, to: [toAway, 'end'] }, inform('away', 'round'), {
        ...inform('round', 'away'),
        isCheckpoint: true,
      }),
      createDraft({ ...ask, to: [toAway, 'end'] }, inform('away', 'round'), {
        ...inform('round', 'away'),
        toolIds: ['t'],
      }),
      createDraft(ask, inform('away', 'round'), inform('round', 'away')),
      {
        ...createDraft({ ...ask, to: [toAway, 'end'] }, inform('away', 'round'), inform('round', 'away')),
        completionCondition: 'data.age > 1.0',
      },
      {
        ...createDraft({ ...ask, to: [toAway, 'end'] }, inform('away', 'round'), inform('round', 'away')),
        idleTimeoutMs: 60_000,
        idleAction: 'CANCEL',
      },
      {
        ...createDraft({ ...ask, to: [toAway, 'end'] }, inform('away', 'round'), inform('round', 'away'), help),
        globals: [{ to: 'help', intentLabel: 'help' }],
      },
    ],
  },
  DEAD_END: {
    severity: 'WARNING',
    invalid: createDraft({ ...ask, to: [toAway, 'end'] }, { ...ask, stepId: 'away', to: [] }),
    valid: [
      createDraft({ ...ask, to: [toAway, 'end'] }, { ...ask, stepId: 'away', to: [{ to: 'end', intentLabel: 'y' }] }),
      createDraft({ ...ask, to: [toAway, 'end'] }, { ...ask, stepId: 'away', isTerminal: true, to: [] }),
      {
        ...createDraft({ ...ask, to: [toAway, 'end'] }, inform('away'), help),
        globals: [{ to: 'help', intentLabel: 'help' }],
      },
    ],
  },
  NO_WAY_OUT: {
    severity: 'WARNING',
    invalid: createDraft({ ...ask, to: [toAway, 'end'] }, inform('away', 'round'), {
      ...ask,
      stepId: 'round',
      to: ['away'],
    }),
    valid: [
      createDraft({ ...ask, to: [toAway, 'end'] }, inform('away', 'round'), {
        ...ask,
        stepId: 'round',
        to: [toAway, 'end'],
      }),
      createDraft({ ...ask, to: [toAway, 'end'] }, { ...ask, stepId: 'away', to: ['round'] }, inform('round')),
    ],
  },
  FIELD_NOT_COLLECTED: {
    severity: 'WARNING',
    invalid: withCondition('data.Age > 1.0'),
    valid: [
      withCondition('data.age > 1.0'),
      withCondition('customer.zip == "1"'),
      { ...withCondition('data.zip == "1"'), requires: { zip: 'SOFT' } },
      createDraft({ ...ask, toolBindings: [tool('t')], to: [{ to: 'end', condition: 'data.paid' }, 'end'] }),
      createDraft({
        ...ask,
        calls: { ...call('other'), returns: ['zip'] },
        to: [{ to: 'end', condition: 'data.zip == "1"' }, 'end'],
      }),
    ],
  },
  FIELD_TYPE: {
    severity: 'WARNING',
    invalid: withCondition('data.age == "18"'),
    valid: [withCondition('data.age == 18'), withCondition('data.age >= 17.5'), withCondition('data.name == "18"')],
  },
  FIELD_NOT_FROM_CUSTOMER: {
    severity: 'WARNING',
    invalid: createDraft({ ...ask, collectsProfileFields: ['locked'] }),
    valid: [createDraft({ ...ask, collectsProfileFields: ['age', 'open', 'any'] })],
  },
  PERSISTED_FIELD_NOT_COLLECTED: {
    severity: 'WARNING',
    invalid: { ...createDraft(ask), persistedFields: ['zip'] },
    valid: [
      { ...createDraft(ask), persistedFields: ['age'] },
      { ...createDraft({ ...ask, toolBindings: [tool('t')] }), persistedFields: ['paid'] },
    ],
  },
  TOOL_VARIABLE_WITHOUT_HAS: {
    severity: 'WARNING',
    invalid: createDraft({
      stepId: 'pay',
      toolBindings: [tool('t')],
      to: [{ to: 'end', condition: 'data.paid == 1' }, 'end'],
    }),
    valid: [
      // Valid, because the condition tests the variable with has() or in.
      createDraft({
        stepId: 'pay',
        toolBindings: [tool('t')],
        to: [{ to: 'end', condition: 'has(data.paid) && data.paid == 1' }, 'end'],
      }),
      createDraft({
        stepId: 'pay',
        toolBindings: [tool('t')],
        to: [{ to: 'end', condition: '"paid" in data && data["paid"] == 1' }, 'end'],
      }),
      // Valid, because the customer or the caller can provide the variable.
      createDraft(
        { stepId: 'pay', toolBindings: [tool('t')], to: [{ to: 'ask_paid', condition: 'data.paid == 1' }, 'end'] },
        { stepId: 'ask_paid', collectsProfileFields: ['paid'], to: ['end'] },
      ),
      {
        ...createDraft({
          stepId: 'pay',
          toolBindings: [tool('t')],
          to: [{ to: 'end', condition: 'data.paid == 1' }, 'end'],
        }),
        requires: { paid: 'SOFT' },
      },
      // An ANYTIME transition blocks nothing, and the variables of a tool can be read elsewhere.
      createDraft({
        stepId: 'pay',
        toolBindings: [tool('t')],
        to: [{ to: 'end', trigger: 'ANYTIME', condition: 'data.paid == 1' }, 'end'],
      }),
      createDraft({
        stepId: 'pay',
        toolBindings: [tool('t')],
        to: [{ to: 'end', condition: 'instance.paid == 1' }, 'end'],
      }),
    ],
  },
  CLEARS_OWN_FIELD: {
    severity: 'WARNING',
    invalid: createDraft({ ...ask, to: ['route'] }, { stepId: 'route', to: [{ ...again, clears: ['age'] }, 'end'] }),
    valid: [
      // The step that is left collects the field.
      createDraft({ ...ask, to: [{ to: 'ask', condition: 'data.age > 99', clears: ['age'] }, 'end'] }),
      createDraft({ ...ask, to: [{ to: 'ask', intentLabel: 'again', clears: ['age'] }, 'end'] }),
      createDraft({ ...ask, to: [{ to: 'end', clears: ['age'] }] }),
      // The condition reads the field.
      createDraft(
        { ...ask, to: ['route'] },
        { stepId: 'route', to: [{ to: 'ask', condition: 'data.age > 99', clears: ['age'] }, 'end'] },
      ),
      // Another field.
      createDraft({ ...ask, to: ['route'] }, { stepId: 'route', to: [{ ...again, clears: ['name'] }, 'end'] }),
      // A walk does not pass through the step on the same turn.
      createDraft({ ...ask, to: ['check'] }, inform('check', { ...again, clears: ['age'] }, 'end')),
      createDraft({ ...ask, to: ['result'] }, inform('result', 'route'), {
        stepId: 'route',
        to: [{ ...again, clears: ['age'] }, 'end'],
      }),
      // The transition does not lead back.
      createDraft(
        { ...ask, to: ['route'] },
        { stepId: 'route', to: [{ to: 'end', intentLabel: 'again', clears: ['age'] }, 'end'] },
      ),
    ],
  },
  ENDING_WITHOUT_EFFECT: {
    severity: 'WARNING',
    invalid: createDraft({ ...ask, ending: 'FAILED' }),
    valid: [createDraft({ ...ask, ending: 'SUCCEEDED' }), { scenarioId: 's', steps: [{ ...end, ending: 'FAILED' }] }],
  },
  SPEAK_WITHOUT_TEMPLATE: {
    severity: 'WARNING',
    invalid: createDraft({ ...ask, speak: 'WITH_NEXT' }),
    valid: [createDraft({ ...ask, speak: 'WITH_NEXT', templateIds: ['hello'] }), createDraft(ask)],
  },
  CONFIRMS_FIELDS_AND_NOTHING: {
    severity: 'ERROR',
    invalid: createDraft({ ...ask, isCheckpoint: true, confirmsNothing: true, confirmsFields: ['age'] }),
    valid: [
      createDraft({ ...ask, isCheckpoint: true, confirmsNothing: true }),
      createDraft({ ...ask, isCheckpoint: true, confirmsFields: ['age'] }),
    ],
  },
  CONFIRMATION_WITHOUT_EFFECT: {
    severity: 'WARNING',
    invalid: createDraft({ ...ask, confirmsNothing: true }),
    valid: [
      createDraft({ ...ask, isCheckpoint: true, confirmsNothing: true }),
      createDraft({ ...ask, requiresConfirmation: true, confirmsFields: ['age'] }),
    ],
  },
  CONFIRMED_TOO_LATE: {
    severity: 'WARNING',
    invalid: createDraft({ ...ask, to: ['pay'] }, pay, sure),
    valid: [
      // The action is confirmed, or only looks something up.
      createDraft({ ...ask, to: ['pay'] }, { ...pay, performsAction: true }, sure),
      createDraft({ ...ask, to: ['pay'] }, { ...pay, toolBindings: [{ ...tool('t'), effect: 'READ' }] }, sure),
      createDraft({ ...ask, to: ['pay'] }, { ...pay, isRequiredAction: false }, sure),
      // A step before the action confirms the field, or the later step follows only a failure.
      createDraft({ ...ask, to: ['agree'] }, { ...sure, stepId: 'agree', to: ['pay'] }, pay, sure),
      createDraft({ ...ask, to: ['pay'] }, { ...pay, to: [{ to: 'sure', outcomes: ['ACTION_FAILED'] }, 'end'] }, sure),
      // The later step confirms nothing, or only values that are collected after the action.
      createDraft({ ...ask, to: ['pay'] }, { ...pay, to: ['end'] }),
      createDraft({ ...ask, to: ['pay'] }, pay, { ...sure, confirmsNothing: true }),
      createDraft({ ...ask, to: ['pay'] }, pay, { ...sure, confirmsFields: ['paid'] }),
      createDraft({ ...ask, to: ['pay'] }, { ...pay, to: ['again'] }, { ...ask, stepId: 'again', to: ['sure'] }, sure),
    ],
  },
  CALL_CYCLE: {
    severity: 'ERROR',
    invalid: createDraft({ stepId: 'call', calls: call('s'), to: ['end'] }),
    valid: [createDraft({ stepId: 'call', calls: call('other'), to: ['end'] })],
  },
  OUTCOME_WITHOUT_CALL: {
    severity: 'WARNING',
    invalid: createDraft({ ...ask, to: [{ to: 'end', outcomes: ['CALL_FAILED'] }, 'end'] }),
    valid: [
      createDraft({ ...ask, calls: call('other'), to: [{ to: 'end', outcomes: ['CALL_FAILED'] }, 'end'] }),
      createDraft({ ...ask, to: [{ to: 'end', outcomes: ['DECLINED', 'CALL_CANCELLED'] }, 'end'] }),
      createDraft({ ...ask, to: [{ to: 'end', condition: 'outcome == "failed"' }, 'end'] }),
    ],
  },
  RETURNS_WITH_TARGET: {
    severity: 'ERROR',
    invalid: { ...createDraft(ask, { ...help, to: [{ returns: true, targetStepId: 'ask' }] }), globals: [toHelp] },
    valid: [{ ...createDraft(ask, { ...help, to: [{ returns: true }] }), globals: [toHelp] }],
  },
  GLOBAL_RETURNS: {
    severity: 'ERROR',
    invalid: { ...createDraft(ask, help), globals: [{ returns: true, intentLabel: 'back' }] },
    valid: [{ ...createDraft(ask, { ...help, to: [{ returns: true }] }), globals: [toHelp] }],
  },
  RETURN_WITHOUT_GLOBAL: {
    severity: 'WARNING',
    invalid: createDraft(ask, { ...help, to: [{ returns: true }, 'end'] }),
    valid: [
      { ...createDraft(ask, { ...help, to: [{ returns: true }, 'end'] }), globals: [toHelp] },
      createDraft(ask, help),
    ],
  },
  AFTER_NOT_REACHED: {
    severity: 'WARNING',
    invalid: createDraft({ ...ask, to: [{ to: 'end', afterMs: 60_000 }, 'end'] }),
    valid: [
      // Before the step is finished, and after the customer has read a text.
      createDraft({ ...ask, to: [{ to: 'end', afterMs: 60_000, trigger: 'ANYTIME' }, 'end'] }),
      createDraft(inform('result', { to: 'end', afterMs: 60_000 }, 'end')),
      // The answer only starts the wait.
      createDraft({ ...ask, to: [{ to: 'end', afterMs: 60_000 }] }),
      createDraft({ ...ask, toolIds: ['t'], to: [{ to: 'end', afterMs: 60_000 }, 'end'] }),
      createDraft({ ...ask, calls: call('other'), to: [{ to: 'end', afterMs: 60_000 }, 'end'] }),
      createDraft({ ...ask, to: [{ to: 'end', afterMs: 60_000, outcomes: ['DECLINED'] }, 'end'] }),
      { ...createDraft({ ...ask, to: [{ to: 'end', afterMs: 60_000 }] }), idleTimeoutMs: 60_001 },
    ],
  },
  REMINDER_WITHOUT_QUESTION: {
    severity: 'WARNING',
    invalid: createDraft({ ...inform('result', 'end'), remindAfterMs: 60_000 }),
    valid: [
      createDraft({ ...ask, remindAfterMs: 60_000 }),
      createDraft({ stepId: 'sure', isCheckpoint: true, remindAfterMs: 60_000, to: ['end'] }),
      // A transition can make the step ask (3.3).
      createDraft(ask, { ...inform('result', { to: 'end', condition: 'data.age > 1' }, 'end'), remindAfterMs: 60_000 }),
      {
        ...createDraft({ ...inform('result', { to: 'end', condition: 'data.zip > 1' }, 'end'), remindAfterMs: 60_000 }),
        requires: { zip: 'SOFT' },
      },
    ],
  },
  REMINDER_NOT_REACHED: {
    severity: 'WARNING',
    invalid: { ...createDraft({ ...ask, remindAfterMs: 60_000 }), idleTimeoutMs: 60_000 },
    valid: [
      { ...createDraft({ ...ask, remindAfterMs: 59_999 }), idleTimeoutMs: 60_000 },
      createDraft({ ...ask, remindAfterMs: 60_000 }),
    ],
  },
  MAX_REMINDERS_WITHOUT_EFFECT: {
    severity: 'WARNING',
    invalid: createDraft({ ...ask, maxReminders: 2 }),
    valid: [createDraft({ ...ask, maxReminders: 2, remindAfterMs: 60_000 }), createDraft({ ...ask, maxReminders: 1 })],
  },
  OPTIONAL_FIELD_NOT_COLLECTED: {
    severity: 'WARNING',
    invalid: createDraft({ ...ask, optionalFields: ['name'] }),
    valid: [createDraft({ ...ask, optionalFields: ['age'] })],
  },
  LOCAL_FIELD_NOT_COLLECTED: {
    severity: 'WARNING',
    invalid: { ...createDraft(ask), localFields: ['name'] },
    valid: [{ ...createDraft(ask), localFields: ['age'] }],
  },
  CONDITION_SYNTAX: {
    severity: 'ERROR',
    invalid: withCondition('data.age >'),
    valid: [withCondition('data.age > 1.0')],
  },
  CONDITION_TOO_LONG: {
    severity: 'ERROR',
    invalid: withCondition(`intent == "${'x'.repeat(5_000)}"`),
    valid: [withCondition(`intent == "${'x'.repeat(1_000)}"`)],
  },
  CONDITION_TOO_DEEP: {
    severity: 'ERROR',
    invalid: withCondition(`${'['.repeat(40)}${']'.repeat(40)} == [message]`),
    valid: [withCondition('[[[message]]] == [[["x"]]]')],
  },
  MACROS_TOO_DEEP: {
    severity: 'ERROR',
    invalid: withCondition('[1].all(a, [1].all(b, [1].all(c, [1].all(d, [1].all(e, a == e)))))'),
    valid: [withCondition('[1].all(a, [1].all(b, a == b))')],
  },
  LIST_TOO_LONG: {
    severity: 'ERROR',
    invalid: withCondition(`intent in [${Array.from({ length: 101 }, () => '""').join(',')}]`),
    valid: [withCondition('intent in ["a", "b"]')],
  },
  UNKNOWN_VARIABLE: {
    severity: 'ERROR',
    invalid: withCondition('dta.age > 1.0'),
    valid: [withCondition('data.age > 1.0')],
  },
  UNKNOWN_FUNCTION: {
    severity: 'ERROR',
    invalid: withCondition('len(message) > 1'),
    valid: [withCondition('size(message) > 1')],
  },
  UNKNOWN_TYPE: {
    severity: 'ERROR',
    invalid: withCondition('Person{name: "x"} == data.age'),
    valid: [withCondition('{"x": 1}.x == 1')],
  },
  PATTERN: {
    severity: 'ERROR',
    invalid: withCondition('message.matches("(")'),
    valid: [withCondition('message.matches("^a+$")')],
  },
  INTEGER_ARITHMETIC: {
    severity: 'WARNING',
    invalid: withCondition('data.age + 1 > 18.0'),
    valid: [
      withCondition('data.age + 1.0 > 18.0'),
      withCondition('data.age > 18'),
      withCondition('turn + 1 > 3'),
      withCondition('int(data.age) + 1 > 18'),
    ],
  },
  NOT_A_BOOL: {
    severity: 'WARNING',
    invalid: withCondition('message + "x"'),
    valid: [withCondition('message == "x"')],
  },
};
