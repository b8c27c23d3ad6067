import { toBinary } from '@bufbuild/protobuf';
import { FileDescriptorProtoSchema } from '@bufbuild/protobuf/wkt';
import type { Server } from '@grpc/grpc-js';
import { ReflectionService } from '@grpc/reflection';
import type { Contract } from './validation/contract';

/** Serves the descriptors of the contract by reflection (grpc.reflection.v1 and v1alpha). */
export function addReflection(server: Server, contract: Contract, services: readonly string[]): void {
  const fileDescriptorProtos = contract.files.file.map((file) =>
    Buffer.from(toBinary(FileDescriptorProtoSchema, file)),
  );
  const format = 'Protocol Buffer 3 DescriptorProto';
  new ReflectionService(
    { contract: { format, type: {}, fileDescriptorProtos } },
    { services: [...services] },
  ).addToServer(server);
}
