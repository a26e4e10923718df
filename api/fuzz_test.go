package api_test

import (
	"encoding/json"
	"io"
	"math/big"
	"net/http"
	"net/http/httptest"
	"net/url"
	"slices"
	"strings"
	"testing"

	"example.com/cortexscan/gen"
)

func FuzzValidateRequest(f *testing.F) {
	v := validator(f)
	for _, seed := range []struct{ method, path, query, contentType, body string }{
		{"GET", statusPath, "id=789&fields=status", "", ""},
		{"GET", statusPath, "id=9223372036854775808&fields=&x=%zz;&\x00", "", "{}"},
		{"POST", abortPath, "", "application/json; charset=utf-8", `{"request_data":{"filters":[{"field":"hostname","operator":"in","value":["a","\ud83d\ude00"]},{"field":"last_seen","operator":"gte","value":1e3}]}}`},
		{"POST", abortPath, "a=b", "text/plain", `{"request_data":{"filters":[{"value":{}},[],null,1.5e-9],"filters":"all"},"\u202e":1} x`},
		{"POST", abortPath, "", "application/json", "{\"\xff\":[[[[\"\\u00"},
		{"POST", abortPath, "", "application/json", strings.Repeat(`{"~/":[`, 600)},
		{"\n", "/%2F/\u2028", "", "", "\ufeff"},
	} {
		f.Add(seed.method, seed.path, seed.query, seed.contentType, seed.body)
	}
	f.Fuzz(func(t *testing.T, method, path, query, contentType, body string) {
		r := httptest.NewRequest(http.MethodPost, "/", strings.NewReader(body))
		r.Method, r.URL = method, &url.URL{Path: path, RawQuery: query}
		r.Header = http.Header{"User-Agent": {"fuzz"}, "Content-Type": {contentType}}

		err := v.ValidateRequest(r)

		if got, err := io.ReadAll(r.Body); err != nil || string(got) != body {
			t.Errorf("the body changed to %q, error %v", got, err)
		}
		if err != nil {
			checkViolation(t, err)
			return
		}
		// A server that decodes a valid request with net/url or encoding/json must also get valid values.
		switch path {
		case statusPath:
			values, err := url.ParseQuery(query)
			id, isNumber := new(big.Rat).SetString(values.Get("id"))
			if err != nil || len(values) != 2 || len(values["id"]) != 1 || len(values["fields"]) == 0 || !isNumber || !id.IsInt() || !id.Num().IsInt64() {
				t.Errorf("accepted the query %q", query)
			}
		case abortPath:
			var sent gen.AbortScanRequest
			err := json.Unmarshal([]byte(body), &sent)
			filters, isList := sent.RequestData.Filters.([]gen.EndpointFilter)
			isInvalid := func(f gen.EndpointFilter) bool { return f.Field == "" || f.Operator == "" || f.Value == nil }
			if err != nil || isList == (sent.RequestData.Filters == any(gen.AllEndpoints)) || isList && len(filters) == 0 || slices.ContainsFunc(filters, isInvalid) {
				t.Errorf("accepted the body %q, %v", body, err)
			}
		default:
			t.Errorf("accepted %s %s", method, path)
		}
	})
}
