import { types } from 'node:util';
import {
  type DescMethod,
  type FileRegistry,
  fromBinary,
  fromJson,
  type JsonObject,
  type JsonValue,
  toBinary,
  toJson,
} from '@bufbuild/protobuf';
import { OrchestratorError } from '../../core/model/orchestrator-error';
import { checkKeys, checkValueCount } from './json-checks';
import { locateProblem } from './locate-problem';

/** The messages of one method, in JSON and in binary. */
export interface MethodFormat {
  readonly descriptor: DescMethod;
  /**
   * Converts the JSON of a request. `ignoresUnknown`: unknown fields are ignored, because the client may be newer than the server.
   *
   * @throws OrchestratorError UNDECODABLE_REQUEST, INVALID_REQUEST or TOO_LARGE, which names the field.
   */
  requestFromJson(text: Buffer, ignoresUnknown: boolean): Uint8Array;
  /** Like `requestFromJson`, for JSON that is parsed already. */
  requestFromValue(value: JsonValue, ignoresUnknown: boolean): Uint8Array;
  responseToJson(response: Uint8Array): JsonObject;
}

/** Creates the formats of a method from the descriptors of the contract. `path` is `/package.Service/Method`. */
export function createMethodFormat(registry: FileRegistry, path: string): MethodFormat {
  const [, service = '', name] = path.split('/');
  const descriptor = registry.getService(service)?.methods.find((method) => method.name === name);
  if (descriptor === undefined)
    throw new Error(`gen/descriptors.binpb does not contain ${path}. Run \`npm run generate\`.`);
  const { input, output } = descriptor;
  const requestFromValue = (value: JsonValue, ignoreUnknownFields: boolean): Uint8Array => {
    try {
      return toBinary(input, fromJson(input, value, { registry, ignoreUnknownFields }));
    } catch (cause) {
      throw createUndecodableError(cause, locateProblem(input, value, registry));
    }
  };
  return {
    descriptor,
    requestFromJson: (text, ignoresUnknown) => requestFromValue(parseJsonObject(text), ignoresUnknown),
    requestFromValue,
    responseToJson: (response) => toObject(toJson(output, fromBinary(output, response), { registry })),
  };
}

/** The messages of the contract are objects in JSON. */
function toObject(value: JsonValue): JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value) ? value : {};
}

/**
 * Parses the JSON of a request.
 *
 * @throws OrchestratorError UNDECODABLE_REQUEST, INVALID_REQUEST or TOO_LARGE.
 */
export function parseJsonObject(bytes: Buffer): JsonObject {
  const value = parse(bytes);
  if (typeof value === 'object' && value !== null && !Array.isArray(value)) return value;
  throw createUndecodableError(new Error('it is not an object'));
}

function parse(bytes: Buffer): JsonValue {
  checkValueCount(bytes);
  const text = bytes.toString();
  try {
    const value: JsonValue = JSON.parse(text);
    checkKeys(value, text);
    return value;
  } catch (cause) {
    throw cause instanceof OrchestratorError ? cause : createUndecodableError(cause);
  }
}

/** `field` is the path of the field that cannot be converted; "" if it is the whole. */
function createUndecodableError(cause: unknown, field = ''): OrchestratorError {
  const problem = cause instanceof RangeError ? 'it is nested too deeply' : getMessage(cause);
  if (field === '') {
    return new OrchestratorError('UNDECODABLE_REQUEST', `The JSON is not a request of this method: ${problem}.`, {
      cause,
    });
  }
  const violations = [{ field, description: problem }];
  return new OrchestratorError('UNDECODABLE_REQUEST', 'The JSON is not a request of this method', {
    violations,
    cause,
  });
}

function getMessage(cause: unknown): string {
  return types.isNativeError(cause) ? cause.message : String(cause);
}
