package limits

import (
	"cmp"
	"os"
	"strings"
	"testing"
	"testing/fstest"
)

// repository creates a repository with the operation cancel. It contains only the files with which HandWritten compares a
// document.
func repository(t *testing.T) string {
	t.Helper()
	root := t.TempDir()
	files := fstest.MapFS{
		"wrapper/credential.go":  {Data: []byte("package wrapper\nconst header = \"X-Key\"\n")},
		"wrapper/cancel_test.go": {Data: []byte("package wrapper\nvar _ = gen.CancelParams{Later: 1}\n")},
		"wrapper/cancel.go": {Data: []byte(`package wrapper
func cancel() {
	gen.NewCancelRequest()
	body := gen.Body{Inner: gen.Inner{}}
	body.Inner.Name = "x"
	send(&gen.CancelParams{ID: 1}, body)
}
`)},
	}
	if err := os.CopyFS(root, files); err != nil {
		t.Fatal(err)
	}
	return root
}

func TestEachMismatchWithHandWrittenCodeIsReportedOnce(t *testing.T) {
	root := repository(t)
	const document = `
openapi: 3.0.3
info: {title: T, version: "1"}
security: [{Key: []}]
paths:
  /cancel:
    post:
      operationId: cancel
      parameters: [{name: id, in: query, required: true, schema: {type: integer}}PARAMETER]
      requestBody: {content: {application/json: {schema: {$ref: '#/components/schemas/Body'}}}}
      responses: {'200': {description: OK}}
components:
  securitySchemes: {Key: {SECURITY}}
  schemas:
    Body: {type: object, required: [inner], properties: {inner: {$ref: '#/components/schemas/Inner'}}}
    Inner: {type: object, required: [REQUIRED], properties: {name: {type: string}, later: {type: boolean}}}
    Other: {type: object, required: [unused], properties: {unused: {type: string}}}
`
	for _, tt := range []struct{ name, parameter, required, security, want string }{
		{name: "nothing changed"},
		{name: "a new optional parameter", parameter: ", {name: later, in: query, schema: {type: integer}}"},
		{
			name: "a new required parameter", parameter: ", {name: later, in: query, required: true, schema: {type: integer}}",
			want: "operation cancel: the query parameter later is required, and wrapper does not set Later in gen.CancelParams: set it there, then generate again",
		},
		{
			name: "a new required header", parameter: ", {name: X-Later, in: header, required: true, schema: {type: string}}",
			want: "operation cancel: the header parameter X-Later is required, and wrapper does not set XLater in gen.CancelParams",
		},
		{
			name: "a new required property", required: "name, later",
			want: "operation cancel: the property later is required, and wrapper does not set Later in gen.Inner",
		},
		{
			name: "a renamed security header", security: "type: apiKey, in: header, name: x-other",
			want: "security: the security scheme Key needs the header x-other, and wrapper does not send it: add it to Credential.Sign first",
		},
		{name: "a key in the query instead of a header", security: "type: apiKey, in: query, name: key", want: "security: the security scheme Key does not name a header"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			doc, err := Load(t.Context(), []byte(strings.NewReplacer("PARAMETER", tt.parameter, "REQUIRED", cmp.Or(tt.required, "name"),
				"SECURITY", cmp.Or(tt.security, "type: apiKey, in: header, name: x-key")).Replace(document)))
			if err != nil {
				t.Fatal(err)
			}
			list, err := HandWritten(doc, root)
			if err != nil {
				t.Fatal(err)
			}
			if got := strings.Join(list, "\n"); tt.want == "" && got != "" || !strings.HasPrefix(got, tt.want) || len(list) > 1 {
				t.Errorf("got %q, want one that begins with %q", got, tt.want)
			}
		})
	}
}
