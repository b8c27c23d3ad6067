import { ProtoTurnCodec } from '../../../../src/server/codec/stored/proto-turn-codec';
import {
  decodeRelationship,
  decodeSession,
  decodeStoredScenario,
  encodeRelationship,
  encodeSession,
  encodeStoredScenario,
} from '../../../../src/server/codec/stored/stored-values';
import { Sha256ContentHasher } from '../../../../src/server/runtime';
import { withoutExplanation } from '../../../support/without-explanation';
import { recordedBytes } from '../../stores/recorded/bytes';
import { currentBytes } from '../../stores/recorded/current-bytes';
import { currentResult, currentSession } from '../../stores/recorded/current-values';
import { earlierResult, earlierSession } from '../../stores/recorded/earlier-values';
import { recordedLegacySession, recordedRelationship, recordedScenario } from '../../stores/recorded/values';

const toBytes = (base64: string) => Buffer.from(base64, 'base64');
const toBase64 = (bytes: Uint8Array) => Buffer.from(bytes).toString('base64');

describe('values that release 0.1.0 encoded', () => {
  const storedScenario = { scenario: recordedScenario, version: 3, contentHash: 'hash', storedAt: 1_700_000_000_013 };
  const codec = new ProtoTurnCodec();

  it('are decoded', () => {
    expect(decodeSession(toBytes(recordedBytes.session))).toEqual(earlierSession);
    expect(decodeStoredScenario(toBytes(recordedBytes.scenario))).toEqual(storedScenario);
    expect(decodeRelationship(toBytes(recordedBytes.relationship))).toEqual(recordedRelationship);
    expect(codec.decodeResult(toBytes(recordedBytes.response))).toEqual(withoutExplanation(earlierResult));
  });

  it('are encoded to the same bytes, except for sessions and responses', () => {
    expect(toBase64(encodeStoredScenario(storedScenario))).toBe(recordedBytes.scenario);
    expect(toBase64(encodeRelationship(recordedRelationship))).toBe(recordedBytes.relationship);
  });

  it('have the same content hashes', () => {
    const hasher = new Sha256ContentHasher();
    expect(hasher.hash(recordedScenario)).toBe(recordedBytes.scenarioHash);
    expect(hasher.hashLegacySession(recordedLegacySession)).toBe(recordedBytes.legacySessionHash);
  });
});

describe('values of the current format', () => {
  const codec = new ProtoTurnCodec();

  it('are decoded', () => {
    expect(decodeSession(toBytes(currentBytes.session))).toEqual(currentSession);
    expect(codec.decodeResult(toBytes(currentBytes.response))).toEqual(withoutExplanation(currentResult));
  });

  it('are encoded to the same bytes', () => {
    expect(toBase64(encodeSession(currentSession))).toBe(currentBytes.session);
    expect(toBase64(codec.encodeExplanation(currentResult))).toBe(currentBytes.response);
  });
});
