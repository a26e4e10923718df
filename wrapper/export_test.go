package wrapper

import (
	"example.com/cortexscan/wrapper/internal/exchange"
)

// The tests in wrapper_test also use these unexported names.
var (
	SharedTransport = sharedTransport
	Signature       = signature
)

// Exchange returns the exchange client that New made.
func (c *Client) Exchange() *exchange.Client { return &c.pipeline.exchange }
