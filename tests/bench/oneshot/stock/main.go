// Command stock makes one call with net/http and the generated code.
package main

import (
	"example.com/cortexscan/tests/bench/oneshot"
	"example.com/cortexscan/tests/bench/stock"
)

func main() {
	oneshot.Run(func(base string) (oneshot.Caller, error) { return stock.New(base, nil) })
}
