import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { createFileRegistry, type DescMessage, type FileRegistry, fromBinary } from '@bufbuild/protobuf';
import { type FileDescriptorSet, FileDescriptorSetSchema } from '@bufbuild/protobuf/wkt';
import { createValidator, type Validator } from '@bufbuild/protovalidate';

/** The descriptors of the contract, read from the file that `npm run generate` writes. */
export interface Contract {
  readonly registry: FileRegistry;
  readonly files: FileDescriptorSet;
  /** Compiles the constraints of a message when it is first validated, and keeps them. */
  readonly validator: Validator;
}

// The relative path is the same from src/ and from dist/src/.
const descriptorsPath = join(__dirname, '..', '..', '..', '..', 'gen', 'descriptors.binpb');

/** Reads and links the descriptors. Takes tens of milliseconds; call it once per server. */
export function loadContract(): Contract {
  const files = fromBinary(FileDescriptorSetSchema, readFileSync(descriptorsPath));
  const registry = createFileRegistry(files);
  return { registry, files, validator: createValidator({ registry }) };
}

/** Returns the request message of a method by its gRPC path, `/package.Service/Method`. */
export function getRequestSchema(contract: Contract, path: string): DescMessage {
  const [, service, name] = path.split('/');
  const method = contract.registry.getService(service ?? '')?.methods.find((candidate) => candidate.name === name);
  if (method === undefined)
    throw new Error(`gen/descriptors.binpb does not contain ${path}. Run \`npm run generate\`.`);
  return method.input;
}
