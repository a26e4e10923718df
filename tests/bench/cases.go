package bench

import (
	"context"
	"encoding/json"
	"fmt"
	"strings"
)

// Case is one call with the answer that it gets.
type Case struct {
	Name   string
	Status int
	Body   []byte
	// Call makes the call and checks that the answer, or the error, is the one that was sent.
	Call func(context.Context, Caller) error
	// Fails: the answer is an error, which bare does not read.
	Fails bool
}

const (
	runID    = 789
	state    = "Scan is in Running state"
	actionID = "22519813685366"
	refusal  = "The request contains invalid or missing parameters"
)

// Cases are all of them. Their names are those of the targets.
func Cases() []Case {
	status := `{"DATA":"` + state + `"}`
	reply := `{"reply":{"action_id":"` + actionID + `","status":"1","endpoints_count":"100"}}`
	return []Case{
		{Name: "status", Status: 200, Body: []byte(status), Call: callStatus},
		{Name: "abort all", Status: 200, Body: []byte(reply), Call: callAbort(nil)},
		{Name: "abort 100 ids", Status: 200, Body: []byte(reply), Call: callAbort(IDs(100))},
		{Name: "abort 10000 ids", Status: 200, Body: []byte(reply), Call: callAbort(IDs(10_000))},
		{Name: "error 1 KB", Status: 400, Fails: true, Body: netscanError(1 << 10), Call: callRefused(1 << 10)},
		{Name: "error 1 KB, one text", Status: 500, Fails: true, Body: xdrError(1 << 10), Call: callFailed(1 << 10)},
		{Name: "answer 1 MB", Status: 200, Body: grown(status, 1<<20), Call: callStatus},
		{Name: "error 1 MB", Status: 400, Fails: true, Body: netscanError(1 << 20), Call: callRefused(1 << 20)},
	}
}

// IDs are n endpoint IDs.
func IDs(n int) []string {
	ids := make([]string, n)
	for i := range ids {
		ids[i] = fmt.Sprintf("%032x", i+1)
	}
	return ids
}

func callStatus(ctx context.Context, c Caller) error {
	got, err := c.Status(ctx, runID)
	if err == nil && got != state {
		err = fmt.Errorf("status %q, want %q", got, state)
	}
	return err
}

func callAbort(ids []string) func(context.Context, Caller) error {
	return func(ctx context.Context, c Caller) error {
		got, err := c.Abort(ctx, ids)
		if err == nil && got != actionID {
			err = fmt.Errorf("action %q, want %q", got, actionID)
		}
		return err
	}
}

// callRefused expects the answer of netscanError. Details beyond the first hundred may be left out.
func callRefused(size int) func(context.Context, Caller) error {
	want := min(detailsIn(size), 100)
	return func(ctx context.Context, c Caller) error {
		_, err := c.Status(ctx, runID)
		if status, message, details := Told(err); status != 400 || message != refusal || details < want {
			return fmt.Errorf("the error tells %d %q with %d details, want %d: %w", status, message, details, want, err)
		}
		return nil
	}
}

// callFailed expects the answer of xdrError.
func callFailed(size int) func(context.Context, Caller) error {
	want := xdrMessage(size)
	return func(ctx context.Context, c Caller) error {
		_, err := c.Abort(ctx, nil)
		if status, message, _ := Told(err); status != 500 || message != want {
			return fmt.Errorf("the error tells %d %q: %w", status, message, err)
		}
		return nil
	}
}

// netscanError is the documented error of the network scans, of about size bytes.
func netscanError(size int) []byte {
	details := make([]map[string]string, detailsIn(size))
	for i := range details {
		details[i] = map[string]string{"field": fmt.Sprintf("parameter_%07d", i), "message": "The value given for this field is not one of those allowed"}
	}
	return marshal(map[string]any{"err_msg": refusal, "metadata": map[string]any{"err_extra": details}})
}

func detailsIn(size int) int { return (size - 100) / 108 }

// xdrError is the platform's usual error, of about size bytes, nearly all of them one message.
func xdrError(size int) []byte {
	return marshal(map[string]any{"reply": map[string]any{"err_code": 500, "err_msg": xdrMessage(size), "err_extra": nil}})
}

func xdrMessage(size int) string {
	return strings.Repeat("An error occurred while processing XDR public API. ", size/51-1) + "Please try again"
}

// grown is a status with members that the service may add one day, of about size bytes.
func grown(status string, size int) []byte {
	var hosts []string
	for i := range size / 100 {
		hosts = append(hosts, fmt.Sprintf(`{"address":"192.0.%03d.%03d","name":"host-%06d","ports":[22,443,8443],"score":7.5,"up":true}`, i/250%250, i%250, i))
	}
	return []byte(strings.TrimSuffix(status, "}") + `,"hosts":[` + strings.Join(hosts, ",") + `]}`)
}

func marshal(v any) []byte {
	b, err := json.Marshal(v)
	if err != nil {
		panic(err) // of the texts above
	}
	return b
}

// Goroutines is how many of them call at once on one Client.
var Goroutines = []int{1, 8, 64}
