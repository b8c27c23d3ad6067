import { agentIds, dialogueIds, scenarioUuid, turnUuid, uuidV5 } from '../../../tools/replay/replay-ids';

describe('ids of a replay', () => {
  it('are those of version 5, as other libraries make them', () => {
    const dns = '6ba7b810-9dad-11d1-80b4-00c04fd430c8';
    expect(uuidV5('www.example.com', dns)).toBe('2ed6657d-e927-568b-95e1-2665a8aea6a2');
  });

  it('are the same for the same scenario on every machine', () => {
    expect(scenarioUuid('sgd.Homes_1.FindHome')).toBe(scenarioUuid('sgd.Homes_1.FindHome'));
    expect(scenarioUuid('sgd.Homes_1.FindHome')).toBe('63ba74ca-218e-582f-a4f0-dc21608130cd');
    expect(scenarioUuid('sgd.Homes_1.BookVisit')).not.toBe(scenarioUuid('sgd.Homes_1.FindHome'));
  });

  it('keep the catalogues of files apart, and the sessions of replays', () => {
    expect(agentIds('a').agentId).not.toBe(agentIds('b').agentId);
    expect(agentIds('a').tenantId).toBe(agentIds('b').tenantId);
    const one = dialogueIds('run 1', 'a', 'd1').sessionId;
    expect(dialogueIds('run 2', 'a', 'd1').sessionId).not.toBe(one);
    expect(dialogueIds('run 1', 'a', 'd1').sessionId).toBe(one);
    expect(turnUuid(one, 1)).not.toBe(turnUuid(one, 2));
  });
});
