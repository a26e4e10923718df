package exchange

import (
	"errors"
	"net"
	"net/http"
	"net/url"
	"sync"
	"time"
)

// SharedTransport is one transport for all Clients of a program, made when the first one needs it. It is not
// http.DefaultTransport, which belongs to the program and keeps only two idle connections to a host.
var SharedTransport = sync.OnceValue(func() http.RoundTripper {
	return &http.Transport{
		Proxy:                 proxyFromEnvironment,
		DialContext:           (&net.Dialer{Timeout: 10 * time.Second, KeepAlive: 30 * time.Second}).DialContext,
		ForceAttemptHTTP2:     true,
		MaxIdleConnsPerHost:   64,
		IdleConnTimeout:       90 * time.Second,
		TLSHandshakeTimeout:   10 * time.Second,
		ExpectContinueTimeout: time.Second,
	}
})

// proxyFromEnvironment hides what net/http says of a proxy variable that it cannot read: it would repeat the
// variable, password and all.
func proxyFromEnvironment(r *http.Request) (*url.URL, error) {
	proxy, err := http.ProxyFromEnvironment(r)
	if err != nil {
		return nil, errors.New("the proxy's address in HTTPS_PROXY, https_proxy, HTTP_PROXY or http_proxy is not a valid URL")
	}
	return proxy, nil
}
