import type { OrchestrationSettings } from '../../src/core/model/settings';
import { Conversation, type TurnDraft } from '../support/conversation';
import { aTalk, booking, decided, pause, refund, resumes, stays } from '../support/paused';
import { asking } from '../support/sample-scenarios';

describe('2.11 INTERRUPTED', () => {
  test.each<[string, TurnDraft, string]>([
    ['a turn addresses it', { variables: { order_id: '1' } }, resumes],
    ['no other instance is active any more', { signals: [['CANCEL', 'booking']] }, resumes],
    ['the others pause', { signals: [['PAUSE', 'booking']] }, resumes],
    ['a message addresses nobody and another is active', {}, stays],
    ['an unaddressed turn without message', { trigger: 'TIMER' }, stays],
    [
      'a result about it, while another is active',
      { trigger: 'TOOL_RESULTS', outcomes: [{ kind: 'ACTION_FAILED', instanceId: 'refund#1' }] },
      stays,
    ],
  ])('2.11 when %s', (_what, draft, decision) => {
    expect(decided(pause(aTalk(), 'INTERRUPTED'), draft)).toBe(decision);
  });

  test('2.11 a PAUSE for it holds for that turn, and its reason stays', () => {
    const talk = pause(aTalk(), 'INTERRUPTED');
    expect(
      decided(talk, {
        signals: [
          ['PAUSE', 'refund'],
          ['CANCEL', 'booking'],
        ],
      }),
    ).toBe(stays);
    expect(talk.instance('refund').pauseReason).toBe('INTERRUPTED');
    expect(decided(talk)).toBe(resumes);
  });

  test('2.11 it does not resume where something starts in place of what ended', () => {
    const talk = pause(aTalk(), 'INTERRUPTED');
    talk.store(asking('upgrade', ['plan']));
    expect(
      decided(talk, {
        signals: [
          ['CANCEL', 'booking'],
          ['START', 'upgrade'],
        ],
      }),
    ).toBe(stays);
  });

  test('2.11 the latest paused of two resumes where nobody is active, and the other then waits for it', () => {
    const talk = pause(aTalk(), 'INTERRUPTED', { pausedAt: 10 });
    const instances = talk.session.instances.map((each) =>
      each.scenarioId === 'booking'
        ? { ...each, status: 'PAUSED' as const, pauseReason: 'INTERRUPTED' as const, pausedAt: 20 }
        : each,
    );
    talk.session = { ...talk.session, instances };
    expect(talk.turn().actions).toEqual(['refund PAUSE STAYS_PAUSED', 'booking CONTINUE RESUMED']);
  });
});

describe('2.11 PREEMPTED', () => {
  const one = { maxSimultaneousScenarios: 1 };
  /** refund was displaced by booking. */
  const displaced = (settings: Partial<OrchestrationSettings> = one): Conversation => {
    const talk = new Conversation([refund, booking, asking('upgrade', ['plan'])], { settings });
    talk.turn({ candidates: { refund: 0.9 } });
    expect(talk.turn({ candidates: { booking: 0.9 } }).actions).toContain('refund PAUSE PREEMPTED');
    return talk;
  };

  test('2.11 it stays paused while what displaced it is active', () => {
    expect(decided(displaced())).toBe(stays);
  });

  test.each<[string, TurnDraft]>([
    ['has ended', { signals: ['CANCEL'] }],
    ['is paused', { signals: ['PAUSE'] }],
  ])('2.11 it resumes on the very turn on which what displaced it %s', (_how, draft) => {
    expect(decided(displaced(), draft)).toBe(resumes);
  });

  test('2.11 it resumes when it is addressed, and then displaces in its turn', () => {
    expect(displaced().turn({ variables: { order_id: '1' } }).actions).toEqual([
      'refund CONTINUE RESUMED',
      'booking PAUSE PREEMPTED',
    ]);
  });

  test('2.11 a result about it does not let it push others aside', () => {
    const played = displaced().turn({
      trigger: 'TOOL_RESULTS',
      outcomes: [{ kind: 'ACTION_FAILED', instanceId: 'refund#1' }],
    });
    expect(played.actions).toEqual(['refund PAUSE STAYS_PAUSED', 'booking CONTINUE QUIET']);
  });

  test('2.11 a chain: what displaced it is displaced itself, and there is no room for both', () => {
    const talk = displaced();
    const third = talk.turn({ candidates: { upgrade: 0.9 } });
    expect(third.actions).toEqual(['refund PAUSE STAYS_PAUSED', 'booking PAUSE PREEMPTED', 'upgrade START CANDIDATE']);
    expect(third.lifecycle('refund').staysPausedBecause).toBe('CAPACITY');
    const over = talk.turn({ signals: ['CANCEL'] });
    expect(over.actions).toEqual([
      'refund PAUSE STAYS_PAUSED',
      'booking CONTINUE RESUMED',
      'upgrade CANCEL USER_REQUEST',
    ]);
    expect(over.lifecycle('refund').staysPausedBecause).toBeUndefined();
    expect(talk.turn({ signals: ['CANCEL'] }).actions).toEqual([
      'refund CONTINUE RESUMED',
      'booking CANCEL USER_REQUEST',
    ]);
  });
});
