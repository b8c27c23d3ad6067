"""Walks the plan of a turn for the service that writes the reply."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from .contract import (
    CONFIRM_KIND_CHOICE,
    CONTRIBUTION_TYPE_ACTION_HINT,
    CONTRIBUTION_TYPE_ASK,
    CONTRIBUTION_TYPE_CONFIRM,
    CONTRIBUTION_TYPE_INFORM,
    ChoiceReason,
    RejectedValue,
    ResumeOffer,
    ScenarioChoice,
    ScenarioContribution,
    ScenarioContributionPlan,
    ToolBinding,
)
from .values import from_value, from_values


@dataclass(frozen=True)
class Say:
    """Say a template: a lead-in of the next part, or what an INFORM says."""

    template_id: str
    contribution: ScenarioContribution


@dataclass(frozen=True)
class Reject:
    """Say why a value was not taken."""

    field: str
    text: str
    """The reason of the field definition; "" if it has none."""
    value: Any
    """The value as it was given. None if the field is sensitive."""
    rejected: RejectedValue


@dataclass(frozen=True)
class AskedField:
    """A field to ask for. The texts are those of its definition; "" or empty without one."""

    name: str
    prompt: str
    description: str
    examples: tuple[str, ...]
    has_known_value: bool
    """Whether a value is known. Then ask whether it still holds, instead of asking for the value."""
    known_value: Any
    shared_with: tuple[str, ...]
    """Ids of the other scenarios of the plan that need the field, too. One answer is enough."""


@dataclass(frozen=True)
class Ask:
    """Ask for fields."""

    fields: tuple[AskedField, ...]
    is_reprompt: bool
    """Whether the same was asked before: word it differently, or offer help."""
    is_reminder: bool
    """Whether the customer has not answered in time."""
    contribution: ScenarioContribution


@dataclass(frozen=True)
class Confirm:
    """Ask for a yes to an action with these values."""

    action: str
    values: Mapping[str, Any]
    action_key: str
    """Identifies the agreement. Send it with CONFIRMED or DECLINED."""
    is_reprompt: bool
    is_reminder: bool
    contribution: ScenarioContribution


@dataclass(frozen=True)
class Choose:
    """Let the customer choose one of several scenarios; with one choice, ask yes or no."""

    choices: tuple[ScenarioChoice, ...]
    reason: ChoiceReason
    is_reprompt: bool
    contribution: ScenarioContribution


@dataclass(frozen=True)
class Run:
    """Run tools, in this order. `timing` of a tool says when."""

    tools: tuple[ToolBinding, ...]
    action_key: str
    """The idempotency key. Send it with each outcome."""
    contribution: ScenarioContribution


@dataclass(frozen=True)
class Offer:
    """Mention a paused request that the customer can resume. No answer is expected."""

    offer: ResumeOffer


ReplyPart = Say | Reject | Ask | Confirm | Choose | Run | Offer


def reply_parts(plan: ScenarioContributionPlan) -> Iterator[ReplyPart]:
    """Iterates over what the reply says and does, in order.

    First rejected values that no ASK of the reply reports. Then each contribution that is neither deferred nor NONE, with its lead-ins and
    rejected values before it. Then the offers.
    """
    spoken = [contribution for contribution in plan.contributions if not contribution.deferred]
    reported = {rejected.field_name for contribution in spoken for rejected in contribution.rejected_values}
    for rejected in plan.rejected_values:
        if rejected.field_name not in reported:
            yield _to_reject(rejected)
    for contribution in spoken:
        for template_id in contribution.lead_in_template_ids:
            yield Say(template_id, contribution)
        for rejected in contribution.rejected_values:
            yield _to_reject(rejected)
        yield from _to_parts(contribution, plan)
    for offer in plan.offers:
        yield Offer(offer)


def _to_parts(contribution: ScenarioContribution, plan: ScenarioContributionPlan) -> Iterator[ReplyPart]:
    repeats = contribution.is_reprompt, contribution.is_reminder
    if contribution.type == CONTRIBUTION_TYPE_ASK:
        fields = tuple(_to_asked_field(name, contribution, plan) for name in contribution.fields_to_ask)
        yield Ask(fields, *repeats, contribution)
    elif contribution.type == CONTRIBUTION_TYPE_CONFIRM and contribution.confirm_kind == CONFIRM_KIND_CHOICE:
        reason = contribution.choice_reason
        yield Choose(tuple(contribution.choices), reason, contribution.is_reprompt, contribution)
    elif contribution.type == CONTRIBUTION_TYPE_CONFIRM:
        values = from_values(contribution.values_to_confirm)
        yield Confirm(contribution.action_to_confirm, values, contribution.action_key, *repeats, contribution)
    elif contribution.type == CONTRIBUTION_TYPE_ACTION_HINT:
        yield Run(tuple(contribution.tools), contribution.action_key, contribution)
    elif contribution.type == CONTRIBUTION_TYPE_INFORM:
        for template_id in contribution.template_ids:
            yield Say(template_id, contribution)


def _to_asked_field(name: str, ask: ScenarioContribution, plan: ScenarioContributionPlan) -> AskedField:
    texts = next((texts for texts in ask.field_texts if texts.field_name == name), None)
    is_known = name in ask.known_values
    return AskedField(
        name=name,
        prompt=texts.prompt if texts else "",
        description=texts.description if texts else "",
        examples=tuple(texts.examples) if texts else (),
        has_known_value=is_known,
        known_value=from_value(ask.known_values[name]) if is_known else None,
        shared_with=tuple(other.scenario_id for other in plan.contributions if name in other.shared_fields),
    )


def _to_reject(rejected: RejectedValue) -> Reject:
    return Reject(rejected.field_name, rejected.text, from_value(rejected.value), rejected)
