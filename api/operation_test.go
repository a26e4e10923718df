package api_test

import (
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"example.com/cortexscan/api"
)

// more contains operations that the package has no code for.
const more = `
  /public_api/netscan/v1/scan/job/{id}/command:
    parameters:
      - name: id
        in: path
        required: true
        schema: {type: integer, format: int64}
      - name: X-Tags
        in: header
        schema: {type: array, maxItems: 2, items: {type: string, pattern: '^[a-z]+$'}}
    post:
      operationId: commandJob
      parameters:
        - {name: dry_run, in: query, schema: {type: boolean}}
        - {name: at, in: query, schema: {oneOf: [{type: integer, minimum: 0}, {type: string, enum: [now]}]}}
        - {name: ids, in: query, explode: false, schema: {type: array, uniqueItems: true, items: {type: integer}}}
        - {name: ratio, in: query, schema: {type: number, maximum: 1}}
      requestBody:
        required: true
        content:
          application/json:
            schema:
              type: object
              additionalProperties: false
              required: [command, id]
              properties:
                id: {type: string, readOnly: true}
                command: {type: string, enum: [pause, resume, stop]}
                tree: {$ref: '#/components/schemas/Tree'}
      responses:
        '2XX':
          description: Done.
          headers:
            X-Count: {required: true, schema: {type: integer}}
          content:
            application/json:
              schema: {type: object, required: [secret], properties: {secret: {type: string, writeOnly: true}, id: {type: string, readOnly: true}}}
            text/plain: {schema: {type: string}}
        default:
          description: Failed.
          content:
            application/json: {}
        '400':
          description: Bad.
          content:
            application/json:
              schema: {$ref: '#/components/schemas/XDRError'}
  /public_api/netscan/v1/scan/job/latest/command:
    get:
      operationId: latest
      security: [{}]
      responses: {'200': {description: Done.}}
  /public_api/netscan/v1/scan/run/{the_id_of_the_scan_run}/{what_to_do_with_it}:
    get:
      operationId: anything
      parameters:
        - {name: the_id_of_the_scan_run, in: path, required: true, schema: {type: string}}
        - {name: what_to_do_with_it, in: path, required: true, schema: {type: string}}
      responses: {'200': {description: Done.}}
  /public_api/files/{name}.{ext}:
    put:
      operationId: files
      security: [{Bearer: []}, {QueryKey: [], CookieKey: []}]
      parameters:
        - {name: name, in: path, required: true, schema: {type: string, maxLength: 4}}
        - {name: ext, in: path, required: true, schema: {type: string, enum: [txt, csv]}}
        - {name: filter, in: query, style: deepObject, schema: {type: object, required: [a], properties: {a: {type: integer}}}}
        - {name: session, in: cookie, required: true, schema: {type: integer}}
        - {name: Accept, in: header, required: true, schema: {type: string}}
      requestBody:
        content:
          text/plain: {schema: {type: string, maxLength: 5}}
          application/json: {}
      responses: {'200': {description: Done.}}
`

const moreComponents = `
    Tree:
      type: object
      properties: {children: {type: array, items: {$ref: '#/components/schemas/Tree'}}, name: {type: string}}
`

const moreSchemes = `
    Bearer: {type: http, scheme: bearer}
    QueryKey: {type: apiKey, in: query, name: key}
    CookieKey: {type: apiKey, in: cookie, name: key}
`

func grown(t *testing.T) *api.Validator {
	t.Helper()
	text := string(api.Document())
	text = strings.Replace(text, "\ncomponents:\n", more+"\ncomponents:\n", 1)
	text = strings.Replace(text, "\n  schemas:\n", "\n  schemas:"+moreComponents, 1)
	text = strings.Replace(text, "\n  securitySchemes:\n", "\n  securitySchemes:"+moreSchemes, 1)
	v, err := api.NewValidatorOf([]byte(text))
	if err != nil {
		t.Fatal(err)
	}
	return v
}

func command(path, body string) *http.Request {
	r := httptest.NewRequest(http.MethodPost, "/public_api/netscan/v1/scan/job/"+path, strings.NewReader(body))
	r.Header.Set("Content-Type", "application/json")
	return r
}

func TestNewOperationNeedsNoCode(t *testing.T) {
	v := grown(t)
	const pause = `{"command":"pause"}`
	for _, tt := range []struct {
		name, path, body string
		want             []string
	}{
		{"good", "789/command", pause, nil},
		{"everything", "-1/command?dry_run=true&at=now&ids=1,2&ratio=0.5", pause, nil},
		{"a word for an ID", "abc/command", pause, []string{"path id must be an integer"}},
		{"an ID out of range", "9223372036854775808/command", pause, []string{"path id must be between -9223372036854775808 and 9223372036854775807"}},
		{"no ID", "/command", pause, []string{"path id must not be empty"}},
		{"an escaped slash in the ID", "1%2F2/command", pause, []string{"path id must be an integer"}},
		{"a percent sign in the ID", "1%25/command", pause, []string{"path id must be an integer"}},
		{"bad query", "1/command?dry_run=1&at=-1&ids=1,a&ratio=1e1&x=1", pause, []string{
			"query x is not a parameter of this operation (parameters: dry_run, at, ids, ratio)",
			"query dry_run must be true or false",
			"query at must be at least 0",
			"query ids /1 must be an integer",
			"query ratio must be at most 1",
		}},
		{"bad query, too", "1/command?at=later&ids=1,1&ratio=NaN", pause, []string{
			`query at must be an integer or "now", not another string`,
			"query ids must not contain the same item twice",
			"query ratio must be a number",
		}},
		{"bad body", "1/command", `{"command":"sleep","id":"x","tree":{"children":[{"children":[{"name":1}]},{"name":"y"}]}}`, []string{
			`body /command must be one of "pause", "resume", "stop"`,
			"body /id is read-only: a request must not contain it",
			"body /tree/children/0/children/0/name must be a string, not a number",
		}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			wantProblems(t, v.ValidateRequest(command(tt.path, tt.body)), tt.want...)
		})
	}

	t.Run("header list", func(t *testing.T) {
		r := command("1/command", pause)
		r.Header["X-Tags"] = []string{"a, b"}
		wantProblems(t, v.ValidateRequest(r))
		r.Header["X-Tags"] = []string{"a, B", "c"}
		wantProblems(t, v.ValidateRequest(r), "header X-Tags must have at most 2 items", "header X-Tags /1 must match the pattern ^[a-z]+$")
	})
	t.Run("response", func(t *testing.T) {
		r := command("1/command", "")
		count := http.Header{"X-Count": {"1"}}
		wantProblems(t, v.ValidateResponse(r, 202, count, []byte(`{"id":"1"}`)))
		wantProblems(t, v.ValidateResponse(r, 202, http.Header{"X-Count": {"x"}}, []byte(`{"secret":"1"}`)),
			"response header X-Count must be an integer", "response body /secret is write-only: a response must not contain it")
		wantProblems(t, v.ValidateResponse(r, 202, nil, []byte(`[]`)), "response header X-Count is required", "response body must be an object, not a list")
		count.Set("Content-Type", "text/plain")
		wantProblems(t, v.ValidateResponse(r, 202, count, []byte(`done`)))
		wantProblems(t, v.ValidateResponse(r, 503, nil, []byte(`[1]`)))
		wantProblems(t, v.ValidateResponse(r, 503, nil, []byte(`[1`)), "response body is not valid JSON: it ends too early")
	})
}

func TestTheMoreSpecificPathWins(t *testing.T) {
	v := grown(t)
	r := httptest.NewRequest(http.MethodGet, "/public_api/netscan/v1/scan/job/latest/command", nil)
	wantProblems(t, v.ValidateRequest(r))
	wantProblems(t, v.ValidateRequest(command("latest/command", "")),
		"method is not allowed for /public_api/netscan/v1/scan/job/latest/command (allowed: GET)")
}
