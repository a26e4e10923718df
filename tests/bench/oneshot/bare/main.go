// Command bare makes one call with net/http alone.
package main

import (
	"example.com/cortexscan/tests/bench/bare"
	"example.com/cortexscan/tests/bench/oneshot"
)

func main() {
	oneshot.Run(func(base string) (oneshot.Caller, error) { return bare.New(base, nil), nil })
}
