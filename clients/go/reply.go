package orchestrator

import (
	orchestrationv1 "example.com/scenario-orchestrator/clients/go/gen/focal/orchestration/v1"
)

// ReplyPart is something that the reply says or does: *Say, *Reject, *Ask, *Confirm, *Choose, *Run or *Offer.
type ReplyPart interface{ isReplyPart() }

// Say a template: a lead-in of the next part, or what an INFORM says.
type Say struct {
	TemplateID   string
	Contribution *orchestrationv1.ScenarioContribution
}

// Reject says why a value was not taken.
type Reject struct {
	Field string
	// The reason of the field definition; "" if it has none.
	Text string
	// The value as it was given; nil if the field is sensitive.
	Value    interface{}
	Rejected *orchestrationv1.RejectedValue
}

// AskedField is a field to ask for. The texts are those of its definition; empty without one.
type AskedField struct {
	Name, Prompt, Description string
	Examples                  []string
	// Whether a value is known. Then ask whether it still holds, instead of asking for the value.
	HasKnownValue bool
	KnownValue    interface{}
	// Ids of the other scenarios of the plan that need the field, too. One answer is enough.
	SharedWith []string
}

// Ask for fields.
type Ask struct {
	Fields []AskedField
	// IsReprompt: the same was asked before, so word it differently. IsReminder: the customer has not answered in time.
	IsReprompt, IsReminder bool
	Contribution           *orchestrationv1.ScenarioContribution
}

// Confirm asks for a yes to an action with these values. Send ActionKey with CONFIRMED or DECLINED.
type Confirm struct {
	Action                 string
	Values                 map[string]interface{}
	ActionKey              string
	IsReprompt, IsReminder bool
	Contribution           *orchestrationv1.ScenarioContribution
}

// Choose lets the customer choose one of several scenarios; with one choice, ask yes or no.
type Choose struct {
	Choices      []*orchestrationv1.ScenarioChoice
	Reason       orchestrationv1.ChoiceReason
	IsReprompt   bool
	Contribution *orchestrationv1.ScenarioContribution
}

// Run tools, in this order. The timing of a tool says when. ActionKey is the idempotency key: send it with each outcome.
type Run struct {
	Tools        []*orchestrationv1.ToolBinding
	ActionKey    string
	Contribution *orchestrationv1.ScenarioContribution
}

// Offer mentions a paused request that the customer can resume. No answer is expected.
type Offer struct{ Offer *orchestrationv1.ResumeOffer }

func (*Say) isReplyPart()     {}
func (*Reject) isReplyPart()  {}
func (*Ask) isReplyPart()     {}
func (*Confirm) isReplyPart() {}
func (*Choose) isReplyPart()  {}
func (*Run) isReplyPart()     {}
func (*Offer) isReplyPart()   {}

// ReplyParts returns what the reply says and does, in order: first rejected values that no ASK of the reply reports; then each contribution that
// is neither deferred nor NONE, with its lead-ins and rejected values before it; then the offers.
func ReplyParts(plan *orchestrationv1.ScenarioContributionPlan) []ReplyPart {
	var parts []ReplyPart
	reported := map[string]bool{}
	for _, contribution := range plan.GetContributions() {
		for _, rejected := range contribution.RejectedValues {
			reported[rejected.FieldName] = reported[rejected.FieldName] || !contribution.Deferred
		}
	}
	for _, rejected := range plan.GetRejectedValues() {
		if !reported[rejected.FieldName] {
			parts = append(parts, toReject(rejected))
		}
	}
	for _, contribution := range plan.GetContributions() {
		if contribution.Deferred {
			continue
		}
		for _, templateID := range contribution.LeadInTemplateIds {
			parts = append(parts, &Say{templateID, contribution})
		}
		for _, rejected := range contribution.RejectedValues {
			parts = append(parts, toReject(rejected))
		}
		parts = append(parts, toParts(contribution, plan)...)
	}
	for _, offer := range plan.GetOffers() {
		parts = append(parts, &Offer{offer})
	}
	return parts
}

func toParts(contribution *orchestrationv1.ScenarioContribution, plan *orchestrationv1.ScenarioContributionPlan) []ReplyPart {
	switch contribution.Type {
	case orchestrationv1.ContributionType_CONTRIBUTION_TYPE_ASK:
		ask := &Ask{IsReprompt: contribution.IsReprompt, IsReminder: contribution.IsReminder, Contribution: contribution}
		for _, name := range contribution.FieldsToAsk {
			ask.Fields = append(ask.Fields, toAskedField(name, contribution, plan))
		}
		return []ReplyPart{ask}
	case orchestrationv1.ContributionType_CONTRIBUTION_TYPE_CONFIRM:
		if contribution.ConfirmKind == orchestrationv1.ConfirmKind_CONFIRM_KIND_CHOICE {
			return []ReplyPart{&Choose{contribution.Choices, contribution.ChoiceReason, contribution.IsReprompt, contribution}}
		}
		return []ReplyPart{&Confirm{
			contribution.ActionToConfirm, FromValues(contribution.ValuesToConfirm), contribution.ActionKey,
			contribution.IsReprompt, contribution.IsReminder, contribution,
		}}
	case orchestrationv1.ContributionType_CONTRIBUTION_TYPE_ACTION_HINT:
		return []ReplyPart{&Run{contribution.Tools, contribution.ActionKey, contribution}}
	case orchestrationv1.ContributionType_CONTRIBUTION_TYPE_INFORM:
		var parts []ReplyPart
		for _, templateID := range contribution.TemplateIds {
			parts = append(parts, &Say{templateID, contribution})
		}
		return parts
	default: // NONE, or a type that this version does not know.
		return nil
	}
}

func toAskedField(
	name string, ask *orchestrationv1.ScenarioContribution, plan *orchestrationv1.ScenarioContributionPlan,
) AskedField {
	field := AskedField{Name: name}
	for _, texts := range ask.FieldTexts {
		if texts.FieldName == name {
			field.Prompt, field.Description, field.Examples = texts.Prompt, texts.Description, texts.Examples
		}
	}
	if known, ok := ask.KnownValues[name]; ok {
		field.HasKnownValue, field.KnownValue = true, known.AsInterface()
	}
	for _, other := range plan.Contributions {
		for _, shared := range other.SharedFields {
			if shared == name {
				field.SharedWith = append(field.SharedWith, other.ScenarioId)
			}
		}
	}
	return field
}

func toReject(rejected *orchestrationv1.RejectedValue) *Reject {
	return &Reject{rejected.FieldName, rejected.Text, rejected.Value.AsInterface(), rejected}
}
