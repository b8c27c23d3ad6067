import { aRelationship, Conversation, type ScenarioDraft } from '../../support/conversation';
import { address, other, register, startCall, startRegister } from './calling-scenarios';

const excluding = { relationships: [aRelationship('address', 'EXCLUDES', 'other')] };

/** Register and the instance that it called are paused, and Other is active. */
function pauseAndStartOther(called: ScenarioDraft): Conversation {
  const conversation = new Conversation([register(), called, other], excluding);
  conversation.turn(startRegister);
  conversation.turn({ signals: [['PAUSE', 'register']] });
  conversation.turn({ candidates: { other: 0.9 } });
  return conversation;
}

describe('the resume of a caller', () => {
  test('2.11: the called instance of a named caller displaces others as the caller does', () => {
    const conversation = pauseAndStartOther(address({ priority: 5 }));
    expect(conversation.turn({ candidates: { register: 0.9 } }).actions).toEqual([
      'register CONTINUE RESUMED',
      'address CONTINUE RESUMED',
      'other PAUSE PREEMPTED',
    ]);
  });

  test('11: does not resume an instance that the customer has paused', () => {
    const conversation = startCall();
    conversation.turn({
      signals: [
        ['PAUSE', 'register'],
        ['PAUSE', 'address'],
      ],
    });
    expect(conversation.turn({ signals: [['CONTINUE', 'register']] }).actions).toEqual([
      'register CONTINUE RESUMED',
      'address PAUSE STAYS_PAUSED',
    ]);
  });

  test('11: an instance that the customer has paused resumes without its caller', () => {
    const conversation = startCall();
    conversation.turn({
      signals: [
        ['PAUSE', 'register'],
        ['PAUSE', 'address'],
      ],
    });
    expect(conversation.turn({ signals: [['CONTINUE', 'address']] }).actions).toEqual([
      'register PAUSE STAYS_PAUSED',
      'address CONTINUE RESUMED',
    ]);
  });

  test('11: the called instance resumes later, without an offer, if it is excluded at first', () => {
    const conversation = pauseAndStartOther(address({ resume: 'OFFER' }));
    const resumed = conversation.turn({ signals: [['CONTINUE', 'register']] });
    expect(resumed.lifecycle('address')).toMatchObject({ action: 'PAUSE', staysPausedBecause: 'EXCLUDED' });
    const later = conversation.turn({ signals: [['CANCEL', 'other']] });
    expect(later.actions).toEqual([
      'register CONTINUE WAITS_FOR_CALL',
      'address CONTINUE RESUMED',
      'other CANCEL USER_REQUEST',
    ]);
    expect(later.plan).toEqual(['address ASK street', 'register NONE']);
  });

  test('11: a CONTINUE aimed at the called instance does not resume an active caller again', () => {
    const conversation = pauseAndStartOther(address());
    conversation.turn({ signals: [['CONTINUE', 'register']] });
    const played = conversation.turn({
      signals: [
        ['CANCEL', 'other'],
        ['CONTINUE', 'address'],
      ],
    });
    expect(played.actions).toEqual([
      'register CONTINUE WAITS_FOR_CALL',
      'address CONTINUE RESUMED',
      'other CANCEL USER_REQUEST',
    ]);
  });
});
