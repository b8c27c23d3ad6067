#!/bin/sh
# Generates the message classes and stubs of the contract and its imports from proto/ to gen/. Uses the pip package grpcio-tools if
# it is installed; otherwise uses protoc and its gRPC plugin from Debian packages.
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
