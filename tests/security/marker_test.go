package security_test

import (
	"encoding/base64"
	"fmt"
	"net/http"
	"strings"
	"testing"

	"example.com/cortexscan/wrapper"
)

// TestMarkersReachTheWire, where they must: a test that finds no secret in a log proves little if none was sent.
func TestMarkersReachTheWire(t *testing.T) {
	for keyType, cred := range credentials {
		for name, call := range calls {
			t.Run(keyType+"/"+name, func(t *testing.T) {
				url, heard := serve(t, func(*http.Request) string { return success })
				c, _ := client(t, url+"/PathMarkerG7h8J9k0", cred)
				if err := call(t.Context(), c); err != nil {
					t.Fatal(err)
				}
				r, body := heard.requests[0], heard.bodies[0]
				sent := fmt.Sprint(r.URL, r.Header, body)
				want := []string{"PathMarkerG7h8J9k0", idMarker}
				switch {
				case keyType == "standard":
					want = append(want, keyMarker)
				case len(r.Header.Get("Authorization")) != 64 || len(r.Header.Get("X-Xdr-Nonce")) != 64:
					t.Errorf("no signature in %v", r.Header)
				default:
					wantHidden(t, "request", []string{keyMarker}, sent)
				}
				if r.Method == http.MethodPost {
					want = append(want, "BodyMarkerZ1x2C3v4")
				} else if name != "wait" {
					want = append(want, "QueryMarkerA1s2D3f4")
				}
				for _, marker := range want {
					if !strings.Contains(sent, marker) {
						t.Errorf("%s did not reach the wire: %s", marker, sent)
					}
				}
			})
		}
	}
}

// TestNothingOfACallIsLogged but what the list in package wrapper allows: not the ID, the query, the body, nor
// anything of an answer, at any level, however the call ends.
func TestNothingOfACallIsLogged(t *testing.T) {
	markers := []string{idMarker, "PathMarkerG7h8J9k0", "QueryMarkerA1s2D3f4", "BodyMarkerZ1x2C3v4", "HeaderMarkerB5n6M7q8", "AnswerMarkerL3k4J5h6", "TextMarkerP0o9I8u7"}
	for end, respond := range map[string]func(*http.Request) string{
		"success": func(*http.Request) string {
			return "HTTP/1.1 200 TextMarkerP0o9I8u7\r\nX-A: HeaderMarkerB5n6M7q8\r\nConnection: close\r\n\r\n" +
				`{"DATA": "Scan is in AnswerMarkerL3k4J5h6 state", "reply": {"action_id": "AnswerMarkerL3k4J5h6"}}`
		},
		"retries": func(*http.Request) string {
			return "HTTP/1.1 503 TextMarkerP0o9I8u7\r\nRetry-After: HeaderMarkerB5n6M7q8\r\nConnection: close\r\n\r\nAnswerMarkerL3k4J5h6"
		},
		"rate limit": func(*http.Request) string {
			return "HTTP/1.1 429 TextMarkerP0o9I8u7\r\nX-A: HeaderMarkerB5n6M7q8\r\nConnection: close\r\n\r\n" + `{"err_msg": "AnswerMarkerL3k4J5h6"}`
		},
		"failure": func(*http.Request) string {
			return "HTTP/1.1 401 TextMarkerP0o9I8u7\r\nWWW-Authenticate: HeaderMarkerB5n6M7q8\r\nConnection: close\r\n\r\n" +
				`{"reply": {"err_code": "AnswerMarkerL3k4J5h6", "err_msg": "AnswerMarkerL3k4J5h6", "err_extra": {"AnswerMarkerL3k4J5h6": 1}}}`
		},
		"redirect": func(*http.Request) string {
			return "HTTP/1.1 302 TextMarkerP0o9I8u7\r\nLocation: /HeaderMarkerB5n6M7q8\r\nContent-Length: 0\r\n\r\n"
		},
		"no HTTP": func(*http.Request) string { return "AnswerMarkerL3k4J5h6\r\n\r\n" },
		"nothing": func(*http.Request) string { return "" },
	} {
		for keyType, cred := range credentials {
			for name, call := range calls {
				t.Run(end+"/"+keyType+"/"+name, func(t *testing.T) {
					url, heard := serve(t, respond)
					c, log := client(t, url+"/PathMarkerG7h8J9k0", cred)
					err := call(t.Context(), c)
					wantHidden(t, "log", append(markers, heard.secrets()...), log.String())
					wantHidden(t, "error", heard.secrets(), printed(err)...)
					if log.Len() == 0 {
						t.Error("nothing was logged")
					}
				})
			}
		}
	}
}

// TestWhatNewRefusesIsNotRepeated: a password in the tenant's URL, a key in the wrong place.
func TestWhatNewRefusesIsNotRepeated(t *testing.T) {
	const marker = "UserMarkerV7b8N9m0"
	good := credentials["standard"]
	for name, try := range map[string]func() (*wrapper.Client, error){
		"userinfo":                      func() (*wrapper.Client, error) { return wrapper.New("https://ana:"+marker+"@example.org", good) },
		"userinfo of a bare host":       func() (*wrapper.Client, error) { return wrapper.New("ana:"+marker+"@example.org", good) },
		"userinfo that is no URL":       func() (*wrapper.Client, error) { return wrapper.New("https://ana:"+marker+"%zz@exa mple.org", good) },
		"userinfo, bad port":            func() (*wrapper.Client, error) { return wrapper.New("https://ana:"+marker+"@example.org:x", good) },
		"query":                         func() (*wrapper.Client, error) { return wrapper.New("https://example.org/?key="+marker, good) },
		"fragment":                      func() (*wrapper.Client, error) { return wrapper.New("https://example.org/#"+marker, good) },
		"the key as tenant":             func() (*wrapper.Client, error) { return wrapper.New(marker, good) },
		"the key as tenant, with signs": func() (*wrapper.Client, error) { return wrapper.New(marker+"/+=", good) },
		"the key as scheme":             func() (*wrapper.Client, error) { return wrapper.New(marker+"://example.org", good) },
		"the key as port":               func() (*wrapper.Client, error) { return wrapper.New("https://example.org:"+marker, good) },
		"a key with a line break": func() (*wrapper.Client, error) {
			return wrapper.New("example.org", wrapper.StandardKey("1", marker+"\nx"))
		},
		"the key as ID": func() (*wrapper.Client, error) {
			return wrapper.New("example.org", wrapper.AdvancedKey(marker+"\x00", "k"))
		},
		"the key as product": func() (*wrapper.Client, error) {
			return wrapper.New("example.org", good, wrapper.WithUserAgent(marker+"\nx"))
		},
		"the key as key type": func() (*wrapper.Client, error) {
			_, err := wrapper.KeyOfType(marker, "1", "k")
			return nil, err
		},
		"the key as key file": func() (*wrapper.Client, error) {
			_, err := wrapper.ReadKeyFile(marker)
			return nil, err
		},
	} {
		t.Run(name, func(t *testing.T) {
			c, err := try()
			if c != nil || err == nil {
				t.Fatalf("got %v, want an error", c)
			}
			wantHidden(t, "error", []string{marker}, printed(err)...)
		})
	}
}

// TestTheProxysPasswordIsNotShown, whatever becomes of the connection through it. It does reach the proxy.
func TestTheProxysPasswordIsNotShown(t *testing.T) {
	basic := base64.StdEncoding.EncodeToString([]byte("proxyuser:" + proxyMarker))
	for host := range proxyAnswers {
		for keyType, cred := range credentials {
			t.Run(host+"/"+keyType, func(t *testing.T) {
				proxied.reset()
				c, log := client(t, "https://"+host, cred)
				_, err := c.GetScanRunStatus(t.Context(), 1)
				if err == nil {
					t.Fatal("no error")
				}
				headers := proxied.headers()
				if len(headers) == 0 || headers[0].Get("Proxy-Authorization") != "Basic "+basic {
					t.Fatalf("the proxy was sent %v", headers)
				}
				wantHidden(t, "proxy", []string{keyMarker}, fmt.Sprint(headers))
				wantHidden(t, "error", []string{proxyMarker, basic, keyMarker}, printed(err)...)
				wantHidden(t, "log", []string{proxyMarker, basic, keyMarker, idMarker}, log.String())
			})
		}
	}
}
