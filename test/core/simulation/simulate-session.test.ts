import type { ScenarioDraft, StepDraft } from '../../support/conversation';
import { asking, end } from '../../support/sample-scenarios';
import { type ScriptedTurn, simulate } from '../../support/simulated-conversation';

/** Asks for an order, confirms, runs a tool that changes something, and informs about the result. */
function refund(parts: Partial<Record<'order' | 'confirm' | 'pay', Partial<StepDraft>>> = {}): ScenarioDraft {
  return {
    scenarioId: 'refund',
    steps: [
      { stepId: 'order', collectsProfileFields: ['order_id'], to: ['confirm'], ...parts.order },
      {
        stepId: 'confirm',
        isCheckpoint: true,
        checkpointDescription: 'Pay the money back.',
        confirmsFields: ['order_id'],
        to: [{ to: 'dropped', outcomes: ['DECLINED'] }, 'pay'],
        ...parts.confirm,
      },
      {
        stepId: 'pay',
        performsAction: true,
        isRequiredAction: true,
        requiresConfirmation: false,
        toolBindings: [{ toolId: 'pay', timing: 'DURING_STEP', variableNames: [], dependsOn: [] }],
        to: ['end'],
        ...parts.pay,
      },
      end,
      { stepId: 'dropped', isTerminal: true, ending: 'FAILED', templateIds: ['nothing_changed'] },
    ],
  };
}

const conversation: readonly ScriptedTurn[] = [
  { candidates: { refund: 0.9 } },
  { variables: { order_id: '4711' } },
  ({ key }) => ({ outcomes: [{ kind: 'CONFIRMED', actionKey: key('refund') }] }),
  ({ key }) => ({
    trigger: 'TOOL_RESULTS',
    outcomes: [{ kind: 'ACTION_SUCCEEDED', actionKey: key('refund'), toolId: 'pay' }],
  }),
  {},
];

const before = { scenarios: [refund()] };
const simulateRefund = (after: ScenarioDraft): ReturnType<typeof simulate> =>
  simulate(before, { scenarios: [after] }, conversation);

describe('a change that is not visible', () => {
  it.each<[string, ScenarioDraft]>([
    ['nothing', refund()],
    ['the description of a scenario', { ...refund(), description: 'Pays money back.', triggerDescription: 'money' }],
    ['the tags of a scenario', { ...refund(), tags: ['money'] }],
    ['the description of a step', refund({ order: { description: 'Which order?' } })],
    ['the id of a transition', refund({ order: { to: [{ to: 'confirm', transitionId: 'known' }] } })],
    ['the description of a transition', refund({ order: { to: [{ to: 'confirm', description: 'Known.' }] } })],
    ['a priority without a competitor', { ...refund(), priority: 50 }],
    ['a step that no turn reaches', { ...refund(), steps: [...refund().steps, { stepId: 'new', isTerminal: true }] }],
  ])('is no difference: %s', (_name, after) => {
    const { lines, turnCount } = simulateRefund(after);
    expect({ lines, turnCount }).toEqual({ lines: [], turnCount: 5 });
  });
});

describe('a skipped check', () => {
  const withoutCheck = 'without the confirmation of step confirm';
  const skipped = `SKIPPED_CHECK of 2: asked for the confirmation of step confirm -> hints pay ${withoutCheck}`;

  it('is a checkpoint without its confirmation, on the turn that leaves it', () => {
    const { lines, causes } = simulateRefund(refund({ confirm: { requiresConfirmation: false } }));
    expect(lines.filter((line) => line.startsWith('SKIPPED'))).toEqual([skipped.replace('of 2', 'of 3?')]);
    expect(causes).toEqual(['STEP CHANGED refund confirm requires_confirmation']);
  });

  it('is a step that is no checkpoint any more', () => {
    const { lines, causes } = simulateRefund(refund({ confirm: { isCheckpoint: false } }));
    expect(lines.filter((line) => line.startsWith('SKIPPED'))).toEqual([skipped]);
    expect(causes).toEqual(['STEP CHANGED refund confirm is_checkpoint']);
  });

  it('is a step that was removed', () => {
    const steps = refund().steps.filter(({ stepId }) => stepId !== 'confirm' && stepId !== 'dropped');
    const after = {
      ...refund(),
      steps: steps.map((step) => (step.stepId === 'order' ? { ...step, to: ['pay'] } : step)),
    };
    const { lines, causes } = simulateRefund(after);
    expect(lines[0]).toBe(skipped);
    expect(causes).toContain('STEP REMOVED refund confirm');
  });

  it('is a step that a condition now leads around', () => {
    const order = { to: [{ to: 'pay', condition: 'has(data.order_id)' }, 'confirm'] };
    const { lines, causes } = simulateRefund(refund({ order }));
    expect(lines[0]).toBe(skipped);
    expect(causes).toEqual(['TRANSITION ADDED refund order order/1']);
  });

  it('is a tool that now runs at an earlier step', () => {
    const toolBindings = refund().steps[2]?.toolBindings ?? [];
    const { lines } = simulateRefund(
      refund({ order: { performsAction: true, isRequiredAction: true, requiresConfirmation: false, toolBindings } }),
    );
    expect(lines.filter((line) => line.startsWith('SKIPPED'))).toEqual([skipped]);
  });

  it('is a step behind the check without a tool', () => {
    const look: StepDraft = { stepId: 'pay', collectsProfileFields: ['account'], to: ['end'] };
    const withoutTool = (parts: Parameters<typeof refund>[0]): ScenarioDraft => ({
      ...refund(parts),
      steps: refund(parts).steps.map((step) => (step.stepId === 'pay' ? look : step)),
    });
    const { lines } = simulate(
      { scenarios: [withoutTool({})] },
      { scenarios: [withoutTool({ confirm: { isCheckpoint: false } })] },
      conversation.slice(0, 2),
    );
    expect(lines[0]).toBe(
      'SKIPPED_CHECK of 2: asked for the confirmation of step confirm -> at step pay without the confirmation of step confirm',
    );
  });

  it('is a run that completes without the check', () => {
    const order = { stepId: 'order', collectsProfileFields: ['order_id'], to: ['end'] };
    const { lines } = simulateRefund({ ...refund(), steps: [order, { stepId: 'end', isTerminal: true }] });
    expect(lines[0]).toBe(
      'SKIPPED_CHECK of 2: asked for the confirmation of step confirm -> completes at step end without the confirmation of step confirm',
    );
  });

  it('is not a refusal: the step that follows a no', () => {
    const order = { to: [{ to: 'dropped', condition: 'has(data.order_id)' }, 'confirm'] };
    const { lines } = simulateRefund(refund({ order }));
    expect(lines.filter((line) => line.startsWith('SKIPPED'))).toEqual([]);
    expect(lines[0]).toMatch(/^CONFIRM of 2: confirms confirm .* -> nothing$/);
  });

  it('is not a refusal that a failure behind the check leads to as well', () => {
    const pay = { to: [{ to: 'dropped', outcomes: ['ACTION_FAILED' as const] }, 'end'] };
    const order = { to: [{ to: 'dropped', condition: 'has(data.order_id)' }, 'confirm'] };
    const { lines } = simulate({ scenarios: [refund({ pay })] }, { scenarios: [refund({ pay, order })] }, conversation);
    expect(lines.filter((line) => line.startsWith('SKIPPED'))).toEqual([]);
    expect(lines).not.toEqual([]);
  });

  it('is not a question that comes before the check', () => {
    const order = { collectsProfileFields: ['order_id', 'account'] };
    const { lines } = simulateRefund(refund({ order }));
    expect(lines.filter((line) => line.startsWith('SKIPPED'))).toEqual([]);
  });

  it('is not a check with another name', () => {
    const renamed = refund({ order: { to: ['agree'] }, confirm: { stepId: 'agree' } });
    const { lines, causes } = simulateRefund(renamed);
    expect(lines.filter((line) => line.startsWith('SKIPPED'))).toEqual([]);
    expect(causes).toEqual(['STEP RENAMED refund agree']);
  });
});

describe('answers', () => {
  it('count for a renamed step: the conversation goes on as recorded', () => {
    const renamed = refund({ order: { to: ['agree'] }, confirm: { stepId: 'agree' } });
    const { lines } = simulateRefund(renamed);
    expect(lines).toEqual([
      'CONFIRM of 2: confirms confirm with {"order_id": "4711"} -> confirms agree with {"order_id": "4711"}',
      'STEP of 2: at step confirm -> at step agree',
    ]);
  });

  it('count for a tool that moved to another step', () => {
    const pay = refund().steps[2] ?? end;
    const moved = {
      ...refund(),
      steps: [
        ...refund().steps.filter(({ stepId }) => stepId !== 'pay'),
        { ...pay, stepId: 'transfer', maxAttempts: 3 },
      ].map((step) =>
        step.stepId === 'confirm'
          ? { ...step, to: [{ to: 'dropped', outcomes: ['DECLINED' as const] }, 'transfer'] }
          : step,
      ),
    };
    const { lines, counterfactualCount } = simulateRefund(moved);
    expect(lines.filter((line) => line.includes('of 4'))).toEqual([]);
    expect(counterfactualCount).toBe(1);
  });

  it('that belong to a question that is not asked have no effect', () => {
    const order = { collectsProfileFields: ['order_id', 'account'] };
    const { lines } = simulateRefund(refund({ order }));
    expect(lines).toContain('HINT of 3?: hints pay (WRITE, DURING_STEP) -> nothing');
  });
});

describe('a counterfactual turn', () => {
  it('follows a turn with another question, and has its cause', () => {
    const order = { collectsProfileFields: ['order_id', 'account'] };
    const { differences, causes, counterfactualCount } = simulateRefund(refund({ order }));
    const turns = differences.map(({ revision, isCounterfactual }) => `${revision} ${isCounterfactual}`);
    expect([...new Set(turns)]).toEqual(['1 false', '2 true', '3 true', '4 true', '5 true']);
    expect(causes).toEqual(['STEP CHANGED refund order collects_profile_fields']);
    expect(counterfactualCount).toBe(4);
  });

  it('is not one after a turn that only says something else', () => {
    const { lines, counterfactualCount } = simulateRefund(refund({ order: { name: 'Your order' } }));
    expect(counterfactualCount).toBe(0);
    expect(lines).toEqual(['WORDING of 1: “refund”, “order” -> “refund”, “Your order”']);
  });

  it('ends when both sessions have the same questions at the same steps', () => {
    const order = { collectsProfileFields: ['order_id', 'account'] };
    const { counterfactualCount, turnCount } = simulate(before, { scenarios: [refund({ order })] }, [
      { candidates: { refund: 0.9 } },
      { variables: { account: '1' } },
      { variables: { order_id: '4711' } },
      {},
    ]);
    // The account is given before the customer would have been asked for it.
    expect({ counterfactualCount, turnCount }).toEqual({ counterfactualCount: 1, turnCount: 4 });
  });
});

describe('several changes', () => {
  const other = asking('callback', ['phone']);
  const script: readonly ScriptedTurn[] = [
    { candidates: { refund: 0.9, callback: 0.9 } },
    { variables: { phone: '1' } },
    ...conversation.slice(1),
  ];

  it('are distinguished: each difference has the change that causes it', () => {
    const { causes } = simulate(
      { scenarios: [refund(), other] },
      {
        scenarios: [
          refund({ confirm: { requiresConfirmation: false } }),
          { ...other, steps: other.steps.map((step) => ({ ...step, name: 'Telephone' })), description: 'Calls back.' },
        ],
      },
      script,
    );
    expect([...causes].sort()).toEqual([
      'STEP CHANGED callback ask_phone name',
      'STEP CHANGED callback end name',
      'STEP CHANGED refund confirm requires_confirmation',
    ]);
  });

  it('that each have the effect alone: one of them is the cause', () => {
    const both = refund({ confirm: { requiresConfirmation: false, isCheckpoint: false } });
    const { causes } = simulateRefund(both);
    expect(causes).toHaveLength(1);
    expect(causes[0]).toMatch(/^STEP CHANGED refund confirm /);
  });

  it('that have the effect only together: one of them is the cause', () => {
    const explicit = { scenarios: [refund({ confirm: { requiresConfirmation: true } })] };
    const { causes } = simulate(explicit, { scenarios: [refund({ confirm: { isCheckpoint: false } })] }, conversation);
    expect(causes).toHaveLength(1);
    expect(causes[0]).toMatch(/^STEP CHANGED refund confirm (is_checkpoint|requires_confirmation)$/);
  });
});

describe('incomplete sessions', () => {
  it('end at a turn that cannot be reproduced, and the turns before it count', () => {
    const { turnCount, problem, report } = simulate(before, before, conversation, {
      findDifference: (number) => (number === 3 ? 'plan.contributions' : undefined),
    });
    expect(turnCount).toBe(2);
    expect(problem).toEqual({
      reason: 'NOT_REPRODUCED',
      turnId: 'turn-3',
      text: 'The turn, decided again with its own definitions, has another plan.contributions than its record.',
    });
    expect(report.incomplete).toEqual([{ sessionId: 'session', problem }]);
  });

  it('end at a turn that needs too much work with the new definitions', () => {
    const list = Array.from({ length: 1_000 }, (_, index) => index);
    const tests = Array.from({ length: 200 }, (_, index) => ({
      to: 'dropped',
      condition: `data.list.exists(each, each > ${2_000 + index}.0)`,
    }));
    const { problem, turnCount } = simulate(before, { scenarios: [refund({ order: { to: [...tests, 'confirm'] } })] }, [
      { candidates: { refund: 0.9 } },
      { variables: { order_id: '4711', list } },
    ]);
    expect(problem).toMatchObject({ reason: 'NOT_DECIDED', turnId: 'turn-2' });
    expect(problem?.text).toMatch(/needs too much work/);
    expect(turnCount).toBe(1);
  });
});

it('superseding turns are decided on the session before the superseded one (section 13)', () => {
  // The second turn gives the order and leaves the step; the third one takes it back, so the step asks again.
  const { lines } = simulate(before, { scenarios: [refund({ order: { name: 'Your order' } })] }, [
    { candidates: { refund: 0.9 } },
    { variables: { order_id: '4711' } },
    { supersedesTurnId: 'turn-2' },
  ]);
  expect(lines.map((line) => line.split(':')[0])).toEqual(['WORDING of 1', 'WORDING of 3']);
});

it('the same turns give the same report', () => {
  const after = { scenarios: [refund({ confirm: { requiresConfirmation: false } })] };
  const [first, second] = [simulate(before, after, conversation), simulate(before, after, conversation)];
  expect(JSON.stringify(second.report)).toBe(JSON.stringify(first.report));
});

it('an example has what explains both decisions, without what explains both alike', () => {
  const { report } = simulateRefund(refund({ confirm: { isCheckpoint: false } }));
  expect(report.groups[0]?.example.explanation).toEqual({
    recorded: [expect.stringContaining('awaits confirmation of "Pay the money back."')],
    simulated: [expect.stringContaining('awaits the success of pay')],
  });
});
