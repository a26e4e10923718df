// Command validated makes one call with the wrapper and a validator.
package main

import (
	"example.com/cortexscan/api"
	"example.com/cortexscan/tests/bench/oneshot"
	"example.com/cortexscan/tests/bench/ours"
	"example.com/cortexscan/wrapper"
)

func main() {
	oneshot.Run(func(base string) (oneshot.Caller, error) {
		validator, err := api.NewValidator()
		if err != nil {
			return nil, err
		}
		return ours.New(base, wrapper.AdvancedKey(oneshot.KeyID, oneshot.Key), nil, wrapper.WithRequestValidator(validator))
	})
}
