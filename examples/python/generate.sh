#!/bin/sh
# proto/ -> gen/: message classes and stubs of the contract and its imports. Uses the pip package grpcio-tools if it is installed,
# else protoc and its gRPC plugin, as Debian packages them.
set -eu
cd "$(dirname "$0")"

if python3 -c 'import grpc_tools' 2>/dev/null; then
  compile() { python3 -m grpc_tools.protoc "$@"; }
else
  compile() { protoc --plugin=protoc-gen-grpc_python="$(command -v grpc_python_plugin)" "$@"; }
fi

rm -rf gen
mkdir gen
compile --proto_path=../../proto --python_out=gen --grpc_python_out=gen \
  ../../proto/focal/orchestration/v1/*.proto ../../proto/buf/validate/validate.proto \
  ../../proto/google/rpc/status.proto ../../proto/google/rpc/error_details.proto
