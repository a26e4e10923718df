// Package bench measures what a call costs, beside what people would use instead, in one run and as ratios.
// README.md says how to read its table; go run ./table, or make bench at the root, prints it.
package bench

import (
	"context"
	"net/http"

	"example.com/cortexscan/api"
	"example.com/cortexscan/tests/bench/bare"
	"example.com/cortexscan/tests/bench/hand"
	"example.com/cortexscan/tests/bench/oneshot"
	"example.com/cortexscan/tests/bench/ours"
	"example.com/cortexscan/tests/bench/restyduty"
	"example.com/cortexscan/tests/bench/stock"
	"example.com/cortexscan/wrapper"
)

// The key that every contestant signs with.
const (
	keyID = oneshot.KeyID
	key   = oneshot.Key
)

// Caller makes the two calls. Its errors are told apart by Told.
type Caller interface {
	Status(ctx context.Context, runID int64) (string, error)
	Abort(ctx context.Context, ids []string) (actionID string, err error) // nil: all endpoints
}

// Contestant is one way to make the calls.
type Contestant struct {
	Name string
	New  func(base string, transport http.RoundTripper) (Caller, error)
	// Signs: its requests carry an Advanced signature. Explains: its errors tell what the service said.
	Signs, Explains bool
}

// Names of the contestants.
const (
	Hand      = "hand"
	Bare      = "bare"
	Stock     = "stock"
	Resty     = "resty"
	Standard  = "ours, Standard"
	Ours      = "ours"
	Validated = "ours, validated"
)

// Contestants are all of them, hand first.
func Contestants() ([]Contestant, error) {
	validator, err := api.NewValidator()
	if err != nil {
		return nil, err
	}
	oursWith := func(cred wrapper.Credential, opts ...wrapper.Option) func(string, http.RoundTripper) (Caller, error) {
		return func(base string, transport http.RoundTripper) (Caller, error) {
			return ours.New(base, cred, transport, opts...)
		}
	}
	return []Contestant{
		{Name: Hand, Signs: true, Explains: true, New: func(base string, transport http.RoundTripper) (Caller, error) {
			return hand.New(base, keyID, key, transport), nil
		}},
		{Name: Bare, New: func(base string, transport http.RoundTripper) (Caller, error) {
			return bare.New(base, transport), nil
		}},
		{Name: Stock, Explains: true, New: func(base string, transport http.RoundTripper) (Caller, error) {
			return stock.New(base, transport)
		}},
		{Name: Resty, Signs: true, Explains: true, New: func(base string, transport http.RoundTripper) (Caller, error) {
			return restyduty.New(base, keyID, key, transport), nil
		}},
		{Name: Standard, Explains: true, New: oursWith(wrapper.StandardKey(keyID, key))},
		{Name: Ours, Signs: true, Explains: true, New: oursWith(wrapper.AdvancedKey(keyID, key))},
		{Name: Validated, Signs: true, Explains: true, New: oursWith(wrapper.AdvancedKey(keyID, key), wrapper.WithRequestValidator(validator))},
	}, nil
}

// Told returns what an error tells of the answer: its status, the message, and how many details.
func Told(err error) (status int, message string, details int) {
	switch e := err.(type) {
	case *hand.Error:
		return e.StatusCode, e.Message, len(e.Details)
	case *stock.Error:
		return e.StatusCode, e.Message, len(e.Details)
	case *restyduty.Error:
		return e.StatusCode, e.Message, len(e.Details)
	case *wrapper.APIError:
		return e.StatusCode, e.Message, len(e.Details)
	}
	return 0, "", 0
}
