import { Conversation, type ScenarioDraft, type TurnDraft } from '../../support/conversation';
import { asking } from '../../support/sample-scenarios';

/** Asks at a step that blocks starts. */
const blocking: ScenarioDraft = {
  ...asking('blocking', ['x']),
  steps: asking('blocking', ['x']).steps.map((step) => ({ ...step, blocksStarts: step.stepId === 'ask_x' })),
};
const fill: TurnDraft = { variables: { y: 1 } };

describe('0.5: an instance whose step blocks a start on a turn that addresses others', () => {
  const start = (...more: readonly ScenarioDraft[]): Conversation => {
    const conversation = new Conversation([asking('form', ['y', 'z']), asking('paused', ['p']), blocking, ...more]);
    conversation.turn({ candidates: { form: 0.9, paused: 0.8, blocking: 0.7, quiet: 0.6 } });
    conversation.turn({ signals: [['PAUSE', 'paused']] });
    return conversation;
  };

  test('0.5: continues, and others stay quiet', () => {
    const conversation = start(asking('quiet', ['q']));
    conversation.store(asking('new', ['n']));
    const played = conversation.turn({ ...fill, candidates: { new: 0.9 } });
    expect(played.rejections).toEqual(['new START_BLOCKED']);
    expect([played.lifecycle('blocking').reason, played.lifecycle('quiet').reason]).toEqual(['GOES_ON', 'QUIET']);
  });

  test('0.5: continues if it blocks the resume of a scenario that is named', () => {
    const played = start().turn({ ...fill, candidates: { paused: 0.9 } });
    expect(played.lifecycle('paused').staysPausedBecause).toBe('START_BLOCKED');
    expect(played.lifecycle('blocking').reason).toBe('GOES_ON');
    expect(played.plan).toContain('blocking ASK x');
  });

  test('0.5: is quiet if the start is refused for another reason', () => {
    const conversation = start();
    conversation.store(asking('new', ['n']));
    const played = conversation.turn({ ...fill, candidates: { new: 0.1 } });
    expect(played.rejections).toEqual(['new BELOW_THRESHOLD']);
    expect(played.lifecycle('blocking').reason).toBe('QUIET');
  });
});
