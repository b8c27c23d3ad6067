package orchestrator

import (
	"fmt"
	"sort"

	"google.golang.org/protobuf/types/known/structpb"

	orchestrationv1 "example.com/scenario-orchestrator/clients/go/gen/focal/orchestration/v1"
)

// ToValues converts Go values to values of fields: nil, bool, numbers, string, []interface{} and map[string]interface{}. Returns an error for
// another type. structpb.NewValue converts a single value, and its method AsInterface converts back.
func ToValues(values map[string]interface{}) (map[string]*structpb.Value, error) {
	converted := make(map[string]*structpb.Value, len(values))
	for name, value := range values {
		result, err := structpb.NewValue(value)
		if err != nil {
			return nil, fmt.Errorf("value of %q: %w", name, err)
		}
		converted[name] = result
	}
	return converted, nil
}

// ToCandidateVariables converts extracted values to the candidate variables of a situation, sorted by name.
func ToCandidateVariables(values map[string]interface{}) ([]*orchestrationv1.CandidateVariable, error) {
	converted, err := ToValues(values)
	if err != nil {
		return nil, err
	}
	variables := make([]*orchestrationv1.CandidateVariable, 0, len(converted))
	for name, value := range converted {
		variables = append(variables, &orchestrationv1.CandidateVariable{Name: name, Value: value})
	}
	sort.Slice(variables, func(a, b int) bool { return variables[a].Name < variables[b].Name })
	return variables, nil
}

// FromValues converts the values of a map field, for example `values_to_confirm`. Numbers become float64.
func FromValues(values map[string]*structpb.Value) map[string]interface{} {
	converted := make(map[string]interface{}, len(values))
	for name, value := range values {
		converted[name] = value.AsInterface()
	}
	return converted
}
