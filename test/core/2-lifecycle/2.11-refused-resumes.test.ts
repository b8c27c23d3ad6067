import { aRelationship, Conversation, type ScenarioDraft, type TurnDraft } from '../../support/conversation';
import { asking, silent, type Variation } from '../../support/sample-scenarios';

const cancel = (...scenarioIds: readonly string[]): TurnDraft => ({
  signals: scenarioIds.map((scenarioId) => ['CANCEL', scenarioId] as const),
});

describe('2.11: a resume at the limit of active instances', () => {
  /** Displacing has displaced Paused and is paused as well. Active is the only active instance, which is the maximum. */
  const startFull = (variation: Variation): Conversation => {
    const conversation = new Conversation(
      [
        asking('paused', ['x'], variation),
        asking('displacing', ['y'], { priority: 1 }),
        asking('active', ['z'], { whenNotAddressed: 'PAUSE' }),
      ],
      { settings: { maxSimultaneousScenarios: 1 } },
    );
    conversation.turn({ candidates: { paused: 0.9 } });
    conversation.turn({ candidates: { displacing: 0.9 } });
    conversation.turn({ signals: [['PAUSE', 'displacing']], candidates: { active: 0.9 } });
    return conversation;
  };

  test('2.11: is refused while an instance that nothing interrupts is active', () => {
    const played = startFull({}).turn();
    expect(played.lifecycle('paused')).toMatchObject({ action: 'PAUSE', staysPausedBecause: 'CAPACITY' });
    expect(played.lifecycle('active').action).toBe('CONTINUE');
  });

  test('2.11: is not offered, because an offer displaces no instance', () => {
    const played = startFull({ resume: 'OFFER' }).turn();
    expect(played.plan).toEqual(['active ASK z']);
    expect(played.session.choices).toEqual([]);
  });

  test('2.11: is refused on a turn without a message, which interrupts no instance', () => {
    const conversation = new Conversation(
      [silent('paused', { idleTimeoutMs: 60_000 }), asking('active', ['z'], { whenNotAddressed: 'PAUSE' })],
      { settings: { maxSimultaneousScenarios: 1 } },
    );
    conversation.turn({ candidates: { paused: 0.9 }, occurredAt: 0 });
    conversation.turn({ trigger: 'TIMER', occurredAt: 90_000 });
    conversation.turn({ candidates: { active: 0.9 }, occurredAt: 91_000 });
    const played = conversation.turn({
      trigger: 'TOOL_RESULTS',
      outcomes: [{ kind: 'ACTION_SUCCEEDED', instanceId: 'paused#1' }],
      occurredAt: 92_000,
    });
    expect(played.lifecycle('paused')).toMatchObject({ action: 'PAUSE', staysPausedBecause: 'CAPACITY' });
  });
});

describe('2.11: an instance that 2.9 would interrupt', () => {
  const startDisplaced = (): Conversation => {
    const conversation = new Conversation(
      [
        asking('paused', ['x'], { whenNotAddressed: 'PAUSE' }),
        asking('displacing', ['y'], { priority: 1 }),
        asking('active', ['z', 'more']),
      ],
      { relationships: [aRelationship('displacing', 'EXCLUDES', 'paused')] },
    );
    conversation.turn({ candidates: { paused: 0.9 } });
    conversation.turn({ candidates: { displacing: 0.9, active: 0.8 } });
    return conversation;
  };

  test.each<[string, TurnDraft, string]>([
    ['does not resume on a message that addresses another one', { variables: { z: 1 } }, 'PAUSE STAYS_PAUSED'],
    ['resumes on a message that addresses no instance', {}, 'CONTINUE RESUMED'],
    ['resumes on a turn without a message', { trigger: 'TOOL_RESULTS', patch: { z: 1 } }, 'CONTINUE RESUMED'],
  ])('2.11: %s', (_what, draft, decision) => {
    const { action, reason } = startDisplaced()
      .turn({ ...cancel('displacing'), ...draft })
      .lifecycle('paused');
    expect(`${action} ${reason}`).toBe(decision);
  });
});

test('5: an instance that resumes without being addressed is active from then on, although it stays silent', () => {
  const conversation = new Conversation(
    [asking('silent', ['x']), asking('displacing', ['y'], { priority: 1 }), asking('active', ['z', 'more'])],
    { relationships: [aRelationship('displacing', 'EXCLUDES', 'silent')] },
  );
  conversation.turn({ candidates: { silent: 0.9 } });
  conversation.turn({ candidates: { displacing: 0.9, active: 0.8 } });
  const played = conversation.turn({ ...cancel('displacing'), variables: { z: 1 }, occurredAt: 300_000 });
  expect(played.plan).toEqual(['active ASK more', 'silent NONE']);
  expect(conversation.instance('silent')).toMatchObject({
    status: 'ACTIVE',
    lastActiveAt: 300_000,
    activeSince: 300_000,
    pausedAt: undefined,
    pauseReason: undefined,
    pausedAtTurnCount: 0,
    displacedByInstanceIds: [],
    isResumeOffered: false,
  });
});

describe('the active instances that a start finds', () => {
  test('0.7: an instance that has walked is not displaced in a later round of the turn', () => {
    const brief: ScenarioDraft = {
      scenarioId: 'brief',
      steps: [
        { stepId: 'ask', collectsProfileFields: ['x'], to: ['done'] },
        { stepId: 'done', isTerminal: true },
      ],
    };
    const conversation = new Conversation(
      [brief, asking('walks', ['y'], { whenNotAddressed: 'CONTRIBUTE' }), asking('d', ['d']), asking('e', ['e'])],
      {
        relationships: [aRelationship('brief', 'LEADS_TO', 'd'), aRelationship('brief', 'LEADS_TO', 'e')],
        settings: { maxSimultaneousScenarios: 2 },
      },
    );
    conversation.turn({ candidates: { brief: 0.9, walks: 0.8 } });
    const played = conversation.turn({ variables: { x: 1 } });
    expect(played.actions).toEqual(['brief COMPLETE TERMINAL', 'walks CONTINUE GOES_ON', 'd START IMPLIED']);
    expect(played.rejections).toEqual(['e CAPACITY']);
  });

  test('2.15: what a start displaces by exclusion does not count at the limit', () => {
    const conversation = new Conversation([asking('low', ['x']), asking('high', ['y'], { priority: 1 })], {
      relationships: [aRelationship('high', 'EXCLUDES', 'low')],
      settings: { maxSimultaneousScenarios: 1 },
    });
    conversation.turn({ candidates: { low: 0.9 } });
    // An addressed instance is protected at the limit, but not from exclusion.
    expect(conversation.turn({ candidates: { high: 0.9 }, signals: [['CONTINUE', 'low']] }).actions).toEqual([
      'low PAUSE PREEMPTED',
      'high START CANDIDATE',
    ]);
  });

  test('2.14: a start that lost to another candidate is not pending, although an active instance excludes it too', () => {
    const conversation = new Conversation([asking('a', ['x']), asking('b', ['y']), asking('c', ['z'])], {
      relationships: [aRelationship('a', 'EXCLUDES', 'b'), aRelationship('c', 'EXCLUDES', 'b')],
    });
    conversation.turn({ candidates: { a: 0.9 } });
    const played = conversation.turn({ candidates: { c: 0.9, b: 0.8 } });
    expect(played.result.rejectedCandidates).toMatchObject([
      { scenarioId: 'b', reason: 'EXCLUDED', blockingScenarioIds: ['a', 'c'], pendingTurnsLeft: 0 },
    ]);
  });
});
