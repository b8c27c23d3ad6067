import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { createFileRegistry, type DescMessage, type FileRegistry, fromBinary } from '@bufbuild/protobuf';
import { FileDescriptorSetSchema } from '@bufbuild/protobuf/wkt';

// The same place from src/ and from dist/src/.
const descriptorSet = join(__dirname, '..', '..', '..', 'gen', 'descriptors.binpb');

let registry: FileRegistry | undefined;

/** The descriptors of the contract and of everything that it imports, read on first use. */
export function getContractRegistry(): FileRegistry {
  registry ??= createFileRegistry(fromBinary(FileDescriptorSetSchema, readFileSync(descriptorSet)));
  return registry;
}

/** The descriptor of a message of the contract by its short name, for example `Scenario`. Throws where there is none. */
export function getMessageDescriptor(name: string): DescMessage {
  const descriptor = getContractRegistry().getMessage(`focal.orchestration.v1.${name}`);
  if (descriptor === undefined) throw new Error(`The contract has no message ${name}.`);
  return descriptor;
}
