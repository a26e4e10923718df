package exchange

import (
	"net"
	"net/http"
	"sync"
	"time"
)

// SharedTransport is one transport for all Clients of a program, made when the first one needs it. It is not
// http.DefaultTransport, which belongs to the program and keeps only two idle connections to a host.
var SharedTransport = sync.OnceValue(func() http.RoundTripper {
	return &http.Transport{
		Proxy:                 http.ProxyFromEnvironment,
		DialContext:           (&net.Dialer{Timeout: 10 * time.Second, KeepAlive: 30 * time.Second}).DialContext,
		ForceAttemptHTTP2:     true,
		MaxIdleConnsPerHost:   64,
		IdleConnTimeout:       90 * time.Second,
		TLSHandshakeTimeout:   10 * time.Second,
		ExpectContinueTimeout: time.Second,
	}
})
