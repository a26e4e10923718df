// Command resty makes one call with resty.
package main

import (
	"net/http"

	"example.com/cortexscan/tests/bench/oneshot"
	"example.com/cortexscan/tests/bench/restyduty"
)

func main() {
	oneshot.Run(func(base string) (oneshot.Caller, error) {
		return restyduty.New(base, oneshot.KeyID, oneshot.Key, http.DefaultTransport), nil
	})
}
