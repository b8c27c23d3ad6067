import type { Session } from '../../../src/core/model/session';
import { canBeSuperseded, restoreSessionBefore } from '../../../src/core/model/superseding';
import {
  Conversation,
  type PlayedTurn,
  type ScenarioDraft,
  type StepDraft,
  type TurnDraft,
} from '../../support/conversation';
import { asking, end } from '../../support/sample-scenarios';

const minute = 60_000;

/** A conversation whose last turn can be superseded. */
class Superseding extends Conversation {
  private before: Session | undefined;

  override turn(draft: TurnDraft = {}): PlayedTurn {
    this.before = this.session;
    return super.turn(draft);
  }

  supersede(draft: TurnDraft): PlayedTurn {
    this.session = restoreSessionBefore(this.session, this.before);
    return this.turn(draft);
  }
}

/** Returns the keys of the plan. */
const listKeys = ({ result }: PlayedTurn) =>
  result.plan.contributions.flatMap((each) => ('actionKey' in each && each.actionKey !== '' ? [each.actionKey] : []));

/** Asks for the order, then looks it up with a READ tool and reports it. */
const status: ScenarioDraft = {
  scenarioId: 'status',
  steps: [
    { stepId: 'ask', collectsProfileFields: ['order'], to: ['look_up'] },
    {
      stepId: 'look_up',
      toolBindings: [{ toolId: 'find', timing: 'DURING_STEP', variableNames: ['state'], dependsOn: [] }],
      to: [{ to: 'end', condition: 'has(data.state)' }],
    },
    end,
  ],
};

/** Collects, confirms and runs a tool at one step. */
const payment = (effect: 'READ' | 'WRITE'): ScenarioDraft => ({
  scenarioId: 'payment',
  steps: [
    {
      stepId: 'pay',
      collectsProfileFields: ['amount'],
      requiresConfirmation: true,
      confirmsFields: ['amount'],
      toolBindings: [{ toolId: 'pay', timing: 'DURING_STEP', variableNames: [], dependsOn: [], effect }],
      to: [{ to: 'end', outcomes: ['ACTION_SUCCEEDED'] }],
    },
    end,
  ],
});

describe('the state that a superseding turn is decided on', () => {
  test('13: the turn is decided on the state before the replaced turn, the revision grows, turn_count does not', () => {
    const conversation = new Superseding([asking('s', ['x', 'y'])]);
    conversation.turn({ candidates: { s: 0.9 } });
    expect(conversation.turn({ variables: { x: 1, y: 2 } }).plan).toEqual(['s INFORM bye']);
    const again = conversation.supersede({ variables: { x: 5 } });
    expect(again.plan).toEqual(['s ASK y']);
    expect([again.result.revision, again.result.turnCount]).toEqual([3, 2]);
    expect([...conversation.session.variables.keys()]).toEqual(['x']);
    expect(conversation.session.instances[0]?.route.map(({ stepId }) => stepId)).toEqual(['ask_x']);
  });

  test('13: a turn that supersedes the first one is decided on an empty session that keeps its creation time', () => {
    const conversation = new Superseding([asking('s', ['x']), asking('t', ['y'])]);
    conversation.turn({ candidates: { s: 0.9 }, occurredAt: minute });
    const again = conversation.supersede({ candidates: { t: 0.9 }, occurredAt: 2 * minute });
    expect(again.actions).toEqual(['t START CANDIDATE']);
    expect(conversation.session).toMatchObject({ revision: 2, turnCount: 1, createdAt: minute, updatedAt: 2 * minute });
    expect(conversation.session.instances.map(({ instanceId, startNumber }) => [instanceId, startNumber])).toEqual([
      ['t#2', 2],
    ]);
  });

  test('13: an instance that ended on the replaced turn continues', () => {
    const conversation = new Superseding([asking('s', ['x'])]);
    conversation.turn({ candidates: { s: 0.9 } });
    expect(conversation.turn({ signals: ['CANCEL'] }).actions).toEqual(['s CANCEL USER_REQUEST']);
    expect(conversation.supersede({}).actions).toEqual(['s CONTINUE GOES_ON']);
    expect(conversation.session.endedInstances).toEqual([]);
  });

  test('13: a second superseding turn is decided on the same state', () => {
    const conversation = new Superseding([asking('s', ['x', 'y'])]);
    conversation.turn({ candidates: { s: 0.9 } });
    conversation.turn({ variables: { x: 1 } });
    conversation.supersede({ variables: { x: 2, y: 2 } });
    const third = conversation.supersede({});
    expect(third.plan).toEqual(['s ASK x']);
    expect([third.result.revision, third.result.turnCount]).toEqual([4, 2]);
  });

  test('13: a time before the replaced turn counts, but a time before the turn that preceded it does not', () => {
    const conversation = new Superseding([asking('s', ['x'])]);
    conversation.turn({ candidates: { s: 0.9 }, occurredAt: 2 * minute });
    conversation.turn({ occurredAt: 5 * minute });
    conversation.supersede({ occurredAt: 3 * minute });
    expect(conversation.session.updatedAt).toBe(3 * minute);
    conversation.supersede({ occurredAt: minute });
    expect(conversation.session.updatedAt).toBe(2 * minute);
  });
});

describe('keys of the replaced turn', () => {
  test('13: a visit number is not reused, so a late result of the replaced turn is ignored', () => {
    const conversation = new Superseding([status]);
    conversation.turn({ candidates: { status: 0.9 } });
    expect(listKeys(conversation.turn({ variables: { order: 4711 } }))).toEqual(['status#1/look_up/2']);
    expect(listKeys(conversation.supersede({ variables: { order: 4712 } }))).toEqual(['status#1/look_up/3']);
    const success = { kind: 'ACTION_SUCCEEDED', toolId: 'find' } as const;
    const late = conversation.turn({
      trigger: 'TOOL_RESULTS',
      outcomes: [{ ...success, actionKey: 'status#1/look_up/2', results: { state: 'lost' } }],
    });
    expect(late.result.ignoredOutcomes.map(({ reason }) => reason)).toEqual(['OTHER_VISIT']);
    const own = conversation.turn({
      trigger: 'TOOL_RESULTS',
      outcomes: [{ ...success, actionKey: 'status#1/look_up/3', results: { state: 'sent' } }],
    });
    expect(own.plan).toEqual(['status INFORM bye']);
  });

  test('13: the key of a CONFIRM is not used again in the same visit', () => {
    const conversation = new Superseding([payment('WRITE')]);
    conversation.turn({ candidates: { payment: 0.9 } });
    expect(listKeys(conversation.turn({ variables: { amount: 50 } }))).toEqual(['payment#1/pay/1']);
    expect(listKeys(conversation.supersede({ variables: { amount: 60 } }))).toEqual(['payment#1/pay/1/2']);
    const late = conversation.turn({ outcomes: [{ kind: 'CONFIRMED', actionKey: 'payment#1/pay/1' }] });
    expect(late.result.ignoredOutcomes.map(({ reason }) => reason)).toEqual(['NO_OPEN_REQUEST']);
    expect(listKeys(late)).toEqual(['payment#1/pay/1/2']);
    expect(listKeys(conversation.turn({ outcomes: [{ kind: 'CONFIRMED', actionKey: 'payment#1/pay/1/2' }] }))).toEqual([
      'payment#1/pay/1/2',
    ]);
  });

  test('13: the key of an ACTION without a CONFIRM is not used again in the same visit', () => {
    const { steps, ...rest } = payment('READ');
    const conversation = new Superseding([
      { ...rest, steps: steps.map((step) => ({ ...step, requiresConfirmation: false, confirmsFields: [] })) },
    ]);
    conversation.turn({ candidates: { payment: 0.9 } });
    expect(listKeys(conversation.turn({ variables: { amount: 50 } }))).toEqual(['payment#1/pay/1']);
    expect(listKeys(conversation.supersede({ variables: { amount: 60 } }))).toEqual(['payment#1/pay/1/2']);
    expect(listKeys(conversation.supersede({ variables: { amount: 70 } }))).toEqual(['payment#1/pay/1/3']);
  });

  test('13: a request that was open before keeps its key', () => {
    const conversation = new Superseding([payment('WRITE')]);
    conversation.turn({ candidates: { payment: 0.9 }, variables: { amount: 50 } });
    expect(listKeys(conversation.turn({ variables: { amount: 60 } }))).toEqual(['payment#1/pay/1/2']);
    const again = conversation.supersede({});
    expect(listKeys(again)).toEqual(['payment#1/pay/1']);
    expect(again.contribution('payment').isReprompt).toBe(true);
    expect(listKeys(conversation.turn({ variables: { amount: 70 } }))).toEqual(['payment#1/pay/1/3']);
  });

  test('13: neither an ASK nor an action of another visit uses a key of the visit', () => {
    const { steps, ...rest } = payment('READ');
    const help: StepDraft = {
      stepId: 'help',
      reachableFromAnywhere: true,
      toolBindings: [{ toolId: 'help', timing: 'DURING_STEP', variableNames: [], dependsOn: [] }],
      to: ['end'],
    };
    const conversation = new Superseding([
      { ...rest, steps: [...steps, help], globals: [{ to: 'help', intentLabel: 'help' }] },
    ]);
    conversation.turn({ candidates: { payment: 0.9 }, variables: { amount: 50 } });
    expect(conversation.turn({ variables: { amount: null } }).plan).toEqual(['payment ASK amount']);
    expect(listKeys(conversation.supersede({ intent: 'help' }))).toEqual(['payment#1/help/2']);
    expect(listKeys(conversation.supersede({ variables: { amount: 70 } }))).toEqual(['payment#1/pay/1/2']);
  });

  test('13: the keys of a visit that a global transition suspended are not used again', () => {
    const { steps, ...rest } = payment('WRITE');
    const why: StepDraft = {
      stepId: 'why',
      reachableFromAnywhere: true,
      templateIds: ['because'],
      to: [{ returns: true }],
    };
    const conversation = new Superseding([
      { ...rest, steps: [...steps, why], globals: [{ to: 'why', intentLabel: 'ask_why' }] },
    ]);
    conversation.turn({ candidates: { payment: 0.9 } });
    expect(conversation.turn({ intent: 'ask_why' }).plan).toEqual(['payment INFORM because']);
    expect(listKeys(conversation.turn({ variables: { amount: 60 } }))).toEqual(['payment#1/pay/1']);
    expect(listKeys(conversation.supersede({ variables: { amount: 70 } }))).toEqual(['payment#1/pay/1/2']);
    expect(listKeys(conversation.supersede({ variables: { amount: 80 } }))).toEqual(['payment#1/pay/1/3']);
  });
});

describe('which turns can be superseded', () => {
  const play = (scenario: ScenarioDraft, ...drafts: readonly TurnDraft[]) => {
    const conversation = new Superseding([scenario]);
    const played = drafts.map((draft) => conversation.turn(draft));
    return canBeSuperseded({ trigger: drafts.at(-1)?.trigger ?? 'MESSAGE' }, played.at(-1)?.result ?? never());
  };
  const never = (): never => {
    throw new Error('no turn');
  };
  const start = { candidates: { status: 0.9, payment: 0.9 }, variables: { amount: 50 } };
  const confirmed: TurnDraft = { outcomes: [{ kind: 'CONFIRMED' }] };

  test('13: a MESSAGE turn, including one that puts a CONFIRM or hints a READ action', () => {
    expect(play(status, start)).toBe(true);
    expect(play(payment('WRITE'), start)).toBe(true);
    expect(play(status, start, { variables: { order: 1 } })).toBe(true);
    expect(play(payment('READ'), start, confirmed)).toBe(true);
  });

  test('13: not a turn whose plan hinted a WRITE action, for the first time or again', () => {
    expect(play(payment('WRITE'), start, confirmed)).toBe(false);
    expect(play(payment('WRITE'), start, confirmed, {})).toBe(false);
  });

  test('13: not a turn that hinted a WRITE action beside other contributions and tools', () => {
    const pay = payment('WRITE');
    const steps = pay.steps.map((step) => ({
      ...step,
      toolBindings: (step.toolBindings ?? []).flatMap((tool) => [
        { ...tool, toolId: 'look', effect: 'READ' as const },
        tool,
      ]),
    }));
    const conversation = new Conversation([{ ...pay, steps }, asking('s', ['x'])]);
    conversation.turn({ candidates: { payment: 0.9, s: 0.8 }, variables: { amount: 50 } });
    const { plan, result } = conversation.turn({ ...confirmed, signals: [['CONTINUE', 's']] });
    expect(plan).toEqual(['s ASK x', 'payment ACTION_HINT look,pay']);
    expect(canBeSuperseded({ trigger: 'MESSAGE' }, result)).toBe(false);
  });

  test('13: not a TOOL_RESULTS or TIMER turn', () => {
    expect(play(status, start, { trigger: 'TOOL_RESULTS' })).toBe(false);
    expect(play(status, start, { trigger: 'TIMER' })).toBe(false);
  });
});
