import { Relationship as RelationshipMessage } from '../../../../gen/focal/orchestration/v1/scenario';
import type { Relationship } from '../../../core/model/scenario';
import { encodeMessage } from '../stored/encode-message';
import { decodeStoredBytes } from '../stored/stored-bytes';
import { relationshipKind, relationshipSource } from './enums';

/** A relationship as the contract has it. */
export function relationshipToProto(relationship: Relationship): RelationshipMessage {
  return {
    kind: relationshipKind.toProto[relationship.kind],
    sourceType: relationshipSource.toProto[relationship.sourceType],
    sourceId: relationship.sourceId,
    targetScenarioId: relationship.targetScenarioId,
    weight: relationship.weight,
  };
}

/** The inverse of `relationshipToProto`. An absent source type is SCENARIO; throws INVALID_REQUEST for an absent kind. */
export function relationshipFromProto(message: RelationshipMessage): Relationship {
  return {
    kind: relationshipKind.fromProto(message.kind),
    sourceType: relationshipSource.fromProto(message.sourceType),
    sourceId: message.sourceId,
    targetScenarioId: message.targetScenarioId,
    weight: message.weight,
  };
}

/** A relationship as the catalogues store it. */
export function encodeRelationship(relationship: Relationship): Uint8Array {
  return encodeMessage(RelationshipMessage, relationshipToProto(relationship));
}

/** The inverse of `encodeRelationship`. */
export function decodeRelationship(bytes: Uint8Array): Relationship {
  return decodeStoredBytes('relationship', bytes, RelationshipMessage.decode, relationshipFromProto);
}
