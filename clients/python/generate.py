"""Generates the modules of the contract below src/ from proto/, with protoc. Run it before you build the package or use it from its folder.

`generate.py [PROTO]`: PROTO is the folder of the contract, by default that of the repository.

Uses the protoc of the pip package grpcio-tools if it is installed, otherwise `protoc` of the system (3.20 or later). Code that an older
protoc generated works with newer versions of the runtime, but not the other way round: use an old one for a package that others install.

The generated files differ from proto/ in two points, so that they can be loaded beside any other package with protos:
 - They are in the Python package of this client, and google.rpc is renamed. Python has one registry of proto files for a process, which
   refuses a second file of the same name with other content, for example that of another version of googleapis-common-protos.
 - The rules of buf.validate are left out. Only the service evaluates them.
"""

import shutil
import subprocess
import sys
import tempfile
from importlib.util import find_spec
from pathlib import Path

from google.protobuf.descriptor_pb2 import FileDescriptorProto, FileDescriptorSet

from generate_methods import format_methods

FOLDER = Path(__file__).resolve().parent
SOURCE = FOLDER / "src"
PACKAGE = "scenario_orchestrator_client"
PROTOS = Path(sys.argv[1]) if len(sys.argv) > 1 else FOLDER.parents[1] / "proto"
CONTRACT = "focal/orchestration/v1/"
GOOGLE_RPC = "google/rpc/"


def protoc(*arguments: str) -> None:
    command = [sys.executable, "-m", "grpc_tools.protoc"] if find_spec("grpc_tools") else ["protoc"]
    subprocess.run([*command, *arguments], check=True, timeout=120)


def compile_contract() -> FileDescriptorSet:
    files = [str(path) for path in sorted((PROTOS / CONTRACT).glob("*.proto"))]
    with tempfile.TemporaryDirectory() as folder:
        compiled = Path(folder) / "contract.binpb"
        imports = f"--descriptor_set_out={compiled}", "--include_imports", "--include_source_info"
        protoc(f"--proto_path={PROTOS}", *imports, *files, str(PROTOS / GOOGLE_RPC / "error_details.proto"))
        return FileDescriptorSet.FromString(compiled.read_bytes())


def move(name: str) -> str:
    """Returns the name of a proto file in this package."""
    for folder, target in ((CONTRACT, f"{PACKAGE}/contract/"), (GOOGLE_RPC, f"{PACKAGE}/contract/rpc/")):
        if name.startswith(folder):
            return target + name.removeprefix(folder)
    return name


def move_file(file: FileDescriptorProto) -> None:
    dependencies = [move(name) for name in file.dependency if not name.startswith("buf/validate/")]
    del file.dependency[:], file.public_dependency[:], file.weak_dependency[:]
    file.dependency.extend(dependencies)
    file.name = move(file.name)
    file.ClearField("options")
    if file.package == "google.rpc":
        file.package = f"{PACKAGE}.rpc"
    for message in file.message_type:
        move_message(message)
    # The options of buf.validate are unknown fields, because this program does not import them.
    file.DiscardUnknownFields()  # type: ignore[attr-defined]


def move_message(message) -> None:
    for field in message.field:
        if field.type_name.startswith(".google.rpc."):
            field.type_name = field.type_name.replace(".google.rpc.", f".{PACKAGE}.rpc.", 1)
    for nested in message.nested_type:
        move_message(nested)


def main() -> None:
    compiled = compile_contract()
    files = [file for file in compiled.file if not file.name.startswith("buf/validate/")]
    for file in files:
        move_file(file)
    moved = [file.name for file in files if file.name.startswith(PACKAGE)]
    target = SOURCE / PACKAGE / "contract"
    shutil.rmtree(target, ignore_errors=True)
    with tempfile.TemporaryDirectory() as folder:
        descriptors = Path(folder) / "moved.binpb"
        descriptors.write_bytes(FileDescriptorSet(file=files).SerializeToString())
        protoc(f"--descriptor_set_in={descriptors}", f"--python_out={SOURCE}", f"--pyi_out={SOURCE}", *moved)
    contract = [file for file in files if file.package == "focal.orchestration.v1"]
    for path, text in format_methods(contract).items():
        (target / path).write_text(text, encoding="utf-8")
    (target / "rpc" / "__init__.py").write_text('"""The errors of google.rpc."""\n', encoding="utf-8")
    shutil.copy(PROTOS / CONTRACT / "service_config.json", SOURCE / PACKAGE)


if __name__ == "__main__":
    main()
