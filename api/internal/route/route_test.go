package route

import (
	"net/url"
	"strings"
	"testing"
)

func table() *Table[string] {
	var t Table[string]
	for _, operation := range []string{
		"GET /runs", "POST /runs", "GET /runs/{id}", "DELETE /runs/{id}", "GET /runs/{id}/{what}", "POST /runs/{id}/command", "GET /runs/latest/command",
		"GET /slash/", "GET /pair/{a},{b}", "PUT /files/{name}.{ext}", "GET /a%20b", "GET /a%2Fb/{x}", "GET /100%25", "GET /a.b+/{x}",
	} {
		method, path, _ := strings.Cut(operation, " ")
		t.Add(method, path, "replaced")
		t.Add(method, path, operation)
	}
	return &t
}

func TestFind(t *testing.T) {
	for _, tt := range []struct{ request, want string }{
		{"GET https://any.example:444/runs?x#y", "GET /runs"},
		{" /runs", "GET /runs"},
		{"GET /runs/789", "GET /runs/{id} id=789"},
		{"GET /runs/", "GET /runs/{id} id="},
		{"GET /runs/%252F", "GET /runs/{id} id=%2F"},
		{"POST /runs/1/command", "POST /runs/{id}/command id=1"},
		{"GET /runs/latest/command", "GET /runs/latest/command"},
		{"GET /runs/1/other", "GET /runs/{id}/{what} id=1 what=other"},
		{"PUT /files/a.b.txt", "PUT /files/{name}.{ext} name=a.b ext=txt"},
		{"GET /a%20b", "GET /a%20b"},
		{"GET /a%2Fb/1", "GET /a%2Fb/{x} x=1"},
		{"GET /100%25", "GET /100%25"},
		{"GET /a.b+/1", "GET /a.b+/{x} x=1"}, // a template is not a regular expression
		{"GET /aXb/1", "unknown"},

		{"POST /runs/1/command/", "POST /runs/{id}/command slash id=1"},
		{"POST /runs/", "POST /runs slash"},
		{"PUT /runs/", "only DELETE, GET id="},
		{"DELETE /runs/latest/command/", "only GET slash"},
		{"GET /slash/", "GET /slash/"},
		{"GET /slash//", "GET /slash/ slash"},
		{"GET /slash", "unknown"},
		{"GET /100%25%2F", "unknown"},
		{"GET /runs/a,b%2Cc", "GET /runs/{id} id=a,b,c list=a|b,c"},
		{"GET /pair/1%2C2", "GET /pair/{a},{b}"},

		// The most specific path wins, even if it does not allow the method.
		{"POST /runs/latest/command", "only GET"},
		{"GET /runs/1/command", "only POST id=1"},
		{"PUT /runs", "only GET, POST"},

		{"GET /", "unknown"}, {"GET ", "unknown"}, {"GET /Runs", "unknown"}, {"GET //runs", "unknown"}, {"GET /x/../runs", "unknown"},
		{"GET /a/b/1", "unknown"}, {"GET /files/a", "unknown"}, {"GET /runs%2F1", "unknown"}, {"GET /runs/1/", "GET /runs/{id}/{what} id=1 what="},
		{"GET mailto:runs", "unknown"}, {"GET /files/%7Bname%7D.%7Bext%7D", "only PUT name={name} ext={ext}"},
	} {
		t.Run(tt.request, func(t *testing.T) {
			method, target, _ := strings.Cut(tt.request, " ")
			u, err := url.Parse(target)
			if err != nil {
				t.Fatal(err)
			}
			m := table().Find(method, u)
			got := m.Value
			switch {
			case m.Template == "":
				got = "unknown"
			case !m.Found:
				got = "only " + strings.Join(m.Methods, ", ")
			}
			if m.TrailingSlash {
				got += " slash"
			}
			for _, name := range []string{"id", "what", "name", "ext", "x"} {
				if value, ok := m.Param(name); ok {
					got += " " + name + "=" + value
				}
			}
			if list := m.List("id"); len(list) > 1 {
				got += " list=" + strings.Join(list, "|")
			}
			if got != tt.want {
				t.Errorf("got %q, want %q", got, tt.want)
			}
		})
	}
}
