// Command hand makes one call with what a careful engineer writes by hand.
package main

import (
	"example.com/cortexscan/tests/bench/hand"
	"example.com/cortexscan/tests/bench/oneshot"
)

func main() {
	oneshot.Run(func(base string) (oneshot.Caller, error) { return hand.New(base, oneshot.KeyID, oneshot.Key, nil), nil })
}
