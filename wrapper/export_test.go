package wrapper

import (
	"example.com/cortexscan/wrapper/internal/exchange"
)

// What the tests in wrapper_test use besides the exported names.
var (
	SharedTransport = sharedTransport
	Signature       = signature
)

// Exchange returns the exchange client that New made.
func (c *Client) Exchange() *exchange.Client { return &c.pipeline.exchange }
