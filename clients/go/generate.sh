#!/bin/sh
# Generates the messages and stubs of the contract from proto/ to gen/, with protoc and its plugins for Go: `generate.sh [PROTO]`. The contract
# has no go_package, so this script sets the import paths. grpc includes google.rpc as google.golang.org/genproto.
set -eu
cd "$(dirname "$0")"

proto=${1:-../../proto}
module=$(sed -n 's/^module //p' go.mod)
contract=focal/orchestration/v1
validate=buf/validate/validate.proto
options="paths=source_relative,M$validate=$module/gen/buf/validate"
for file in "$proto"/$contract/*.proto; do
  options="$options,M$contract/$(basename "$file")=$module/gen/$contract;orchestrationv1"
done

rm -rf gen
mkdir gen
protoc --proto_path="$proto" --go_out="$options:gen" --go-grpc_out="$options:gen" "$proto"/$contract/*.proto "$proto"/$validate
cp "$proto"/$contract/service_config.json gen/
