"""gRPC client of the scenario orchestrator.

`connect` creates a synchronous client, `aio.connect` one for asyncio. The messages and enums of the contract are names of this package.
"""

from . import aio as aio
from ._stream import Stream as Stream
from ._streams import ProcessTurnResult as ProcessTurnResult
from ._streams import TurnOutcome as TurnOutcome
from .client import OrchestratorClient as OrchestratorClient
from .client import connect as connect
from .contract import *  # noqa: F403
from .credentials import insecure as insecure
from .credentials import tls as tls
from .errors import CallError as CallError
from .errors import FieldViolation as FieldViolation
from .reply import Ask as Ask
from .reply import AskedField as AskedField
from .reply import Choose as Choose
from .reply import Confirm as Confirm
from .reply import Offer as Offer
from .reply import Reject as Reject
from .reply import ReplyPart as ReplyPart
from .reply import Run as Run
from .reply import Say as Say
from .reply import reply_parts as reply_parts
from .trace_context import get_current_trace_context as get_current_trace_context
from .values import from_value as from_value
from .values import from_values as from_values
from .values import to_candidate_variables as to_candidate_variables
from .values import to_value as to_value
from .values import to_values as to_values
