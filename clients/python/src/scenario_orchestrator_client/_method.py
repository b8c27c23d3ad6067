"""A method of the contract."""

from dataclasses import dataclass
from typing import Any, Generic, TypeVar

from google.protobuf.message import Message

Request = TypeVar("Request", bound=Message)
Response = TypeVar("Response", bound=Message)


@dataclass(frozen=True)
class Method(Generic[Request, Response]):
    """A method with the classes of its messages."""

    path: str
    request_type: type[Request]
    response_type: type[Response]

    @property
    def name(self) -> str:
        """The name of the method, such as `ProcessTurn`."""
        return self.path.rsplit("/", 1)[-1]

    def get_codec(self) -> dict[str, Any]:
        """Returns the arguments of grpc.Channel that encode the messages."""
        return {
            "request_serializer": self.request_type.SerializeToString,
            "response_deserializer": self.response_type.FromString,
        }
