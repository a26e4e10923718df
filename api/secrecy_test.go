package api_test

import (
	"errors"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"example.com/cortexscan/api"
)

// Whatever a request holds besides names stays out of every text.
func TestNoValueIsRepeated(t *testing.T) {
	const marker = "MARKER"
	v := validator(t)
	requests := map[string]*http.Request{
		"path":          httptest.NewRequest("GET", "/MARKER/"+statusPath, nil),
		"method":        httptest.NewRequest("MARKER", statusPath, nil),
		"unknown both":  httptest.NewRequest("MARKER", "/MARKER", nil),
		"query":         get("id=MARKER&id=MARKER2&fields=&other=MARKER&%zz=MARKER&semi=MARKER;"),
		"query, once":   get("id=MARKER&fields=MARKER%ff"),
		"syntax":        post(`{"request_data":MARKER}`),
		"trailing":      post(`{"request_data":{"filters":"all"}}MARKER`),
		"escape":        post(`{"request_data":{"filters":"\MARKER"}}`),
		"types":         post(`{"request_data":{"filters":[{"field":["MARKER"],"operator":{"MARKER":"MARKER"},"value":{"a":"MARKER"}},"MARKER"],"incident_id":["MARKER"]}}`),
		"word":          post(`{"request_data":{"filters":"MARKER"}}`),
		"unknown":       post(`{"request_data":{"filters":"all","a":"MARKER"},"b":["MARKER"],"c":{"d":"MARKER"}}`),
		"twice":         post(`{"request_data":{"filters":"all","filters":"MARKER"}}`),
		"numbers":       post(`{"request_data":{"filters":[{"field":111222333,"operator":1.11222333,"value":111222333e30}]}}`),
		"invalid UTF-8": post("{\"request_data\":{\"filters\":\"MARKER\xff\"}}"),
		"fragment":      get("x=1#MARKER"),
	}
	for name, r := range requests {
		r.Header.Set("Authorization", "MARKER")
		r.Header.Set("Content-Type", "MARKER/MARKER")
		r.Header.Add("User-Agent", "MARKER")
		r.Header.Add("User-Agent", "MARKER")
		t.Run(name, func(t *testing.T) {
			err := v.ValidateRequest(r)
			var violation *api.Violation
			if !errors.As(err, &violation) {
				t.Fatal("no violation")
			}
			texts := append(problems(t, err), err.Error(), violation.Operation)
			r.Header.Set("X-XDR-Auth-Id", "MARKER")
			w := httptest.NewRecorder()
			v.Middleware(http.NotFoundHandler()).ServeHTTP(w, r)
			texts = append(texts, w.Body.String())
			for key, values := range w.Header() {
				texts = append(texts, key+strings.Join(values, ""))
			}
			for _, text := range texts {
				if strings.Contains(text, marker) || strings.Contains(text, "11222333") {
					t.Errorf("a value is repeated: %s", text)
				}
			}
			if w.Code < 400 {
				t.Errorf("let through with %d", w.Code)
			}
		})
	}
	bodies := []string{`{"DATA":["MARKER"]}`, `{"DATA":"MARKER"}MARKER`, `MARKER`, `"MARKER"`, `{"DATA":1,"DATA":"MARKER"}`, "\"MARKER\xff"}
	for _, body := range bodies {
		err := v.ValidateResponse(get("id=MARKER"), 200, http.Header{"Content-Type": {"MARKER"}}, []byte(body))
		if err == nil || strings.Contains(err.Error(), marker) {
			t.Errorf("%s: %v", body, err)
		}
	}
}
