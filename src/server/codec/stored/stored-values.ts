import { StoredFields as StoredFieldsMessage } from '../../../../gen/focal/orchestration/v1/field';
import {
  Relationship as RelationshipMessage,
  StoredScenario as StoredScenarioMessage,
} from '../../../../gen/focal/orchestration/v1/scenario';
import { Session as SessionMessage } from '../../../../gen/focal/orchestration/v1/session';
import type { StoredFields } from '../../../core/model/field-definition';
import { OrchestratorError } from '../../../core/model/orchestrator-error';
import type { Relationship, StoredScenario } from '../../../core/model/scenario';
import type { Session } from '../../../core/model/session';
import type { StateBefore } from '../../ports/session-store';
import { encodeMessage, encodeWith } from '../wire/encode-message';
import { storedFieldsFromProto, storedFieldsToProto } from '../wire/field-codec';
import { NewerContractError } from '../wire/invalid-field-error';
import {
  relationshipFromProto,
  relationshipToProto,
  storedScenarioFromProto,
  storedScenarioToProto,
} from '../wire/scenario-codec';
import { sessionStateFromProto, writeSession } from '../wire/session-codec';

// The bytes of the values in both stores. Equal values have equal bytes. Every release must be able to read older values.

/** The number of stored bytes of sessions that were decoded or encoded, so that a very large session is not encoded to measure it. */
const sessionBytes = new WeakMap<Session, number>();

/** Encodes the state of a session. Derived fields are omitted. */
export function encodeSession(session: Session): Uint8Array {
  const bytes = encodeWith(writeSession, session);
  sessionBytes.set(session, bytes.length);
  return bytes;
}

/** The inverse of `encodeSession`. */
export function decodeSession(bytes: Uint8Array): Session {
  const session = decodeStoredBytes('session', bytes, SessionMessage.decode, sessionStateFromProto);
  sessionBytes.set(session, bytes.length);
  return session;
}

/** Returns the number of bytes with which a session was stored or, if it was neither decoded nor encoded, would be stored. */
export function measureSession(session: Session): number {
  return sessionBytes.get(session) ?? encodeSession(session).length;
}

/** Decodes a state before a turn: an encoded session, or no bytes if there was no session (section 13). */
export function decodeStateBefore(bytes: Uint8Array): StateBefore {
  return { session: bytes.length === 0 ? undefined : decodeSession(bytes) };
}

/** Encodes a version of a scenario. */
export function encodeStoredScenario(stored: StoredScenario): Uint8Array {
  return encodeMessage(StoredScenarioMessage, storedScenarioToProto(stored));
}

/** The inverse of `encodeStoredScenario`. */
export function decodeStoredScenario(bytes: Uint8Array): StoredScenario {
  return decodeStoredBytes('scenario', bytes, StoredScenarioMessage.decode, storedScenarioFromProto);
}

/** Encodes a version of the field definitions of an agent. */
export function encodeStoredFields(stored: StoredFields): Uint8Array {
  return encodeMessage(StoredFieldsMessage, storedFieldsToProto(stored));
}

/** The inverse of `encodeStoredFields`. */
export function decodeStoredFields(bytes: Uint8Array): StoredFields {
  return decodeStoredBytes('field definition', bytes, StoredFieldsMessage.decode, storedFieldsFromProto);
}

export function encodeRelationship(relationship: Relationship): Uint8Array {
  return encodeMessage(RelationshipMessage, relationshipToProto(relationship));
}

/** The inverse of `encodeRelationship`. */
export function decodeRelationship(bytes: Uint8Array): Relationship {
  return decodeStoredBytes('relationship', bytes, RelationshipMessage.decode, relationshipFromProto);
}

/**
 * Decodes bytes from a store. A record that a newer release wrote fails with RECORD_TOO_NEW. Other invalid bytes are not the caller's
 * fault, so every other failure, including INVALID_REQUEST, becomes a plain Error, which is reported as INTERNAL. `type` names the value
 * in the message.
 */
export function decodeStoredBytes<Message, Value>(
  type: string,
  bytes: Uint8Array,
  decode: (bytes: Uint8Array) => Message,
  convert: (message: Message) => Value,
): Value {
  try {
    return convert(decode(bytes));
  } catch (cause) {
    if (cause instanceof NewerContractError) throw createRecordTooNewError(type, cause);
    throw new Error(`Cannot decode a stored ${type}.`, { cause });
  }
}

function createRecordTooNewError(type: string, cause: NewerContractError): OrchestratorError {
  const message = `A newer release wrote a stored ${type} that this node cannot read: ${cause.message} Upgrade all nodes.`;
  return new OrchestratorError('RECORD_TOO_NEW', message, { metadata: { record: type }, cause });
}
