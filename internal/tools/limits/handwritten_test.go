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
	files := fstest.MapFS{}
	for name, content := range map[string]string{
		"gen/types.go":          "package gen\nfunc (i *Inner) first() string { return string(i.Name) }\n",
		"gen/client.gen.go":     "package gen\n\nfunc NewCancelRequest(server string) {\n\toperationPath := fmt.Sprintf(\"/cancel\")\n}\n",
		"tests/cancel_test.go":  "package tests\nconst path = \"/cancel\"\n",
		"wrapper/credential.go": "package wrapper\nconst header = \"X-Key\"\n",
		"wrapper/cancel.go": `package wrapper
func cancel() {
	gen.NewCancelRequest()
	body := gen.Body{Inner: gen.Inner{}}
	body.Inner.Name = "x"
	send(&gen.CancelParams{ID: 1}, body)
}
`,
		"wrapper/cancel_test.go": "package wrapper\nvar _ = gen.CancelParams{Later: 1}\n",
	} {
		files[name] = &fstest.MapFile{Data: []byte(content), Mode: 0o600}
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
  PATH:
    post:
      operationId: OPERATION
      parameters: [{name: id, in: query, required: true, schema: {type: integer}}PARAMETER]
      requestBody: {content: {application/json: {schema: {$ref: '#/components/schemas/Body'}}}}
      responses: {'200': {description: OK}}
components:
  securitySchemes: {Key: {SECURITY}}
  schemas:
    Body: {type: object, required: [inner], properties: {inner: {$ref: '#/components/schemas/INNER'}}}
    INNER: {type: object, required: [REQUIRED], properties: {name: {type: string}, later: {type: boolean}}}
    Other: {type: object, required: [unused], properties: {unused: {type: string}}}
`
	for _, tt := range []struct{ name, operation, parameter, required, inner, path, security, want string }{
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
			name: "a renamed schema", inner: "Within",
			want: `schema Inner: gen/types.go uses its type, and the document has no such schema; see "Another document" in CONTRIBUTING.md`,
		},
		{
			name: "a moved path", path: "/v2/cancel",
			want: "operation cancel: its path was /cancel and is now /v2/cancel; replace the old path in tests/cancel_test.go, also where / is written as ~1, then generate again",
		},
		{
			name: "a renamed security header", security: "type: apiKey, in: header, name: x-other",
			want: "security: the security scheme Key needs the header x-other, and wrapper does not send it: add it to Credential.Sign first",
		},
		{name: "a key in the query instead of a header", security: "type: apiKey, in: query, name: key", want: "security: the security scheme Key is in the query"},
		{
			name: "a renamed operation", operation: "stop",
			want: `operation Cancel: wrapper calls gen.NewCancelRequest, and the document has no such operation; see "Another document" in CONTRIBUTING.md`,
		},
	} {
		t.Run(tt.name, func(t *testing.T) {
			doc, err := Load(t.Context(), []byte(strings.NewReplacer("PARAMETER", tt.parameter, "REQUIRED", cmp.Or(tt.required, "name"),
				"OPERATION", cmp.Or(tt.operation, "cancel"),
				"INNER", cmp.Or(tt.inner, "Inner"), "PATH", cmp.Or(tt.path, "/cancel"),
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
