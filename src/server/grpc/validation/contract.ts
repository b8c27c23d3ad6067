import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { createFileRegistry, type DescMessage, type FileRegistry, fromBinary } from '@bufbuild/protobuf';
import { type FileDescriptorSet, FileDescriptorSetSchema } from '@bufbuild/protobuf/wkt';

/** The descriptors of the contract, read from what `npm run generate` wrote. */
export interface Contract {
  readonly registry: FileRegistry;
  readonly files: FileDescriptorSet;
}

// The same relative place in src/ and in dist/src/.
const DESCRIPTORS = join(__dirname, '..', '..', '..', '..', 'gen', 'descriptors.binpb');

/** Reads and links the descriptors. Costs tens of milliseconds: once a server. */
export function loadContract(): Contract {
  const files = fromBinary(FileDescriptorSetSchema, readFileSync(DESCRIPTORS));
  return { registry: createFileRegistry(files), files };
}

/** The request message of a method, by its gRPC path `/package.Service/Method`. */
export function getRequestSchema(contract: Contract, path: string): DescMessage {
  const [, service, name] = path.split('/');
  const method = contract.registry.getService(service ?? '')?.methods.find((candidate) => candidate.name === name);
  if (method === undefined) throw new Error(`The descriptors do not hold ${path}; run \`npm run generate\`.`);
  return method.input;
}
