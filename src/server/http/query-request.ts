import { type DescField, type DescMessage, type JsonObject, type JsonValue, ScalarType } from '@bufbuild/protobuf';
import { OrchestratorError } from '../../core/model/orchestrator-error';

/**
 * Converts the query of a GET request to the JSON of a request message. Parameters have the names of its fields. A list has its parameter once
 * for each element.
 *
 * @throws OrchestratorError INVALID_REQUEST that names the parameter.
 */
export function queryToRequest(query: string, message: DescMessage): JsonObject {
  const parameters = new URLSearchParams(query);
  const request: Record<string, JsonValue> = {};
  for (const name of new Set(parameters.keys())) {
    const field = message.fields.find((each) => each.name === name || each.jsonName === name);
    if (field === undefined) throw createParameterError(name, `is not a field of ${message.name}`);
    const values = parameters.getAll(name);
    if (field.fieldKind !== 'list' && values.length > 1) throw createParameterError(name, 'must be set once');
    request[field.jsonName] =
      field.fieldKind === 'list' ? values.map((value) => toJson(field, value)) : toJson(field, values[0] ?? '');
  }
  return request;
}

/** Numbers and enum values are strings in JSON too. */
function toJson(field: DescField, value: string): JsonValue {
  if (field.message !== undefined || field.fieldKind === 'map') {
    throw createParameterError(field.name, 'cannot be a parameter of a query; send the request with POST');
  }
  if (field.scalar !== ScalarType.BOOL) return value;
  if (value !== 'true' && value !== 'false') throw createParameterError(field.name, 'must be true or false');
  return value === 'true';
}

function createParameterError(name: string, description: string): OrchestratorError {
  return new OrchestratorError('INVALID_REQUEST', 'The query is not a request of this method', {
    violations: [{ field: name.slice(0, 100), description }],
  });
}
