// Runs the script of the conformance test with the Go client: `conformance HOST:PORT STEPS.json`. Prints a JSON line a step.
package main

import (
	"context"
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"time"

	"google.golang.org/grpc/metadata"
	"google.golang.org/protobuf/proto"
	"google.golang.org/protobuf/types/known/structpb"

	orchestrator "example.com/scenario-orchestrator/clients/go"
	orchestrationv1 "example.com/scenario-orchestrator/clients/go/gen/focal/orchestration/v1"
)

type object = map[string]interface{}

type step struct {
	Name      string   `json:"name"`
	Call      string   `json:"call"`
	Messages  [][]byte `json:"messages"`
	Takes     int      `json:"takes"`
	TimeoutMs int      `json:"timeout_ms"`
	Resumes   bool     `json:"resumes"`
}

type runner struct {
	client *orchestrator.Client
	// The last cursor of the feed.
	cursor string
	items  []interface{}
}

// add adds summaries of a message, and returns ErrStop when the step has taken enough.
func (r *runner) add(step step, items ...interface{}) error {
	r.items = append(r.items, items...)
	if step.Takes > 0 && len(r.items) >= step.Takes {
		return orchestrator.ErrStop
	}
	return nil
}

func (r *runner) run(step step) error {
	ctx := metadata.AppendToOutgoingContext(context.Background(), "x-conformance-step", step.Name)
	timed, cancel := context.WithTimeout(ctx, time.Duration(step.TimeoutMs)*time.Millisecond)
	defer cancel()
	switch step.Call {
	case "ProcessTurn":
		request := &orchestrationv1.ProcessTurnRequest{}
		decode(step, request)
		result, err := r.client.ProcessTurn(timed, request)
		if err == nil {
			r.items = append(r.items, summarizeResult(result))
		}
		return err
	case "GetSession":
		request := &orchestrationv1.GetSessionRequest{}
		decode(step, request)
		response, err := r.client.Sessions.GetSession(timed, request)
		if err == nil {
			r.items = append(r.items, response.Session.Revision)
		}
		return err
	case "StreamTurn":
		request := &orchestrationv1.StreamTurnRequest{}
		decode(step, request)
		return r.client.StreamTurn(timed, request, func(event *orchestrationv1.StreamTurnResponse) error {
			return r.add(step, eventName(event))
		})
	case "ProcessTurns":
		return r.processTurns(timed, step)
	case "WatchSession":
		request := &orchestrationv1.WatchSessionRequest{}
		decode(step, request)
		return r.client.WatchSession(ctx, request, func(turn *orchestrationv1.TurnRecord) error { return r.add(step, turn.Revision) })
	case "WatchTurns":
		request := &orchestrationv1.WatchTurnsRequest{}
		decode(step, request)
		if step.Resumes {
			request.Cursor = r.cursor
		}
		return r.client.WatchTurns(ctx, request, func(response *orchestrationv1.WatchTurnsResponse) error {
			r.cursor = response.Cursor
			var revisions []interface{}
			for _, event := range response.Events {
				if turn := event.GetTurn(); turn != nil {
					revisions = append(revisions, turn.Revision)
				}
			}
			return r.add(step, revisions...)
		})
	case "value":
		value := &structpb.Value{}
		decode(step, value)
		again, err := structpb.NewValue(value.AsInterface())
		must(err)
		bytes, err := proto.Marshal(again)
		must(err)
		r.items = append(r.items, value.AsInterface(), base64.StdEncoding.EncodeToString(bytes))
		return nil
	case "plan":
		plan := &orchestrationv1.ScenarioContributionPlan{}
		decode(step, plan)
		r.items = append(r.items, summarizeParts(plan)...)
		return nil
	default:
		return fmt.Errorf("the runner cannot make the call %s", step.Call)
	}
}

func (r *runner) processTurns(ctx context.Context, step step) error {
	turns := make(chan *orchestrationv1.ProcessTurnsRequest, len(step.Messages))
	numbers := map[string]int{}
	for number, message := range step.Messages {
		request := &orchestrationv1.ProcessTurnsRequest{}
		must(proto.Unmarshal(message, request))
		numbers[request.Turn.TurnId] = number
		turns <- request
	}
	close(turns)
	return r.client.ProcessTurns(ctx, turns, func(outcome orchestrator.TurnOutcome) error {
		summary := object{}
		if outcome.Failure != nil {
			summary = summarizeStatus(outcome.Failure)
		} else {
			summary = summarizeResult(outcome.Result)
		}
		summary["turn"] = numbers[outcome.TurnID]
		return r.add(step, summary)
	})
}

func decode(step step, message proto.Message) { must(proto.Unmarshal(step.Messages[0], message)) }

func must(err error) {
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

func main() {
	text, err := os.ReadFile(os.Args[2])
	must(err)
	var steps []step
	must(json.Unmarshal(text, &steps))
	client, err := orchestrator.Connect(os.Args[1], orchestrator.Settings{Credentials: orchestrator.Insecure()})
	must(err)
	defer client.Close()
	runner := &runner{client: client}
	for _, step := range steps {
		runner.items = []interface{}{}
		var failure *orchestrator.CallError
		if err := runner.run(step); err != nil && !errors.As(err, &failure) {
			must(err)
		}
		row := summarizeStatus(failure)
		row["step"], row["items"] = step.Name, runner.items
		must(json.NewEncoder(os.Stdout).Encode(row))
	}
}
