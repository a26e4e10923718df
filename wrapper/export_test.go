package wrapper

import (
	"example.com/cortexscan/wrapper/internal/exchange"
)

// What the tests in wrapper_test see of this package beside its exported names.
var (
	Prepare         = prepare
	ReadBody        = readBody
	SharedTransport = sharedTransport
	Signature       = signature
	WithBody        = withBody
)

// Exchange returns what New made of the options.
func (c *Client) Exchange() *exchange.Client { return &c.pipeline.exchange }
