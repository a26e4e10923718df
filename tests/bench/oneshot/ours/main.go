// Command ours makes one call with the wrapper.
package main

import (
	"example.com/cortexscan/tests/bench/oneshot"
	"example.com/cortexscan/tests/bench/ours"
	"example.com/cortexscan/wrapper"
)

func main() {
	oneshot.Run(func(base string) (oneshot.Caller, error) {
		return ours.New(base, wrapper.AdvancedKey(oneshot.KeyID, oneshot.Key), nil)
	})
}
