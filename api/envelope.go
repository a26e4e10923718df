package api

import (
	"encoding/json"
	"net/http"
	"slices"
	"strconv"
	"strings"

	"github.com/getkin/kin-openapi/openapi3"
)

// envelope writes an error in one of the service's forms.
type envelope func(w http.ResponseWriter, status int, message string, problems []Problem)

// envelopeOf returns the form that the operation documents for a bad request, recognized by its members.
func envelopeOf(o *openapi3.Operation) envelope {
	var members []string
	if ref := o.Responses.Value("400"); ref != nil && ref.Value != nil {
		for name, media := range ref.Value.Content {
			if parsed, _ := parseMediaType(name); parsed.isJSON() {
				members = append(members, memberNames(media.Schema, 0)...)
			}
		}
	}
	switch {
	case slices.Contains(members, "metadata"):
		return metadataEnvelope
	case slices.Contains(members, "err_code") && !slices.Contains(members, "reply"):
		return flatEnvelope
	}
	return replyEnvelope
}

// memberNames lists the outermost members that a schema names in any of its alternatives.
func memberNames(ref *openapi3.SchemaRef, depth int) []string {
	if ref == nil || ref.Value == nil || depth > 16 {
		return nil
	}
	var names []string
	for name := range ref.Value.Properties {
		names = append(names, name)
	}
	for _, part := range slices.Concat(ref.Value.OneOf, ref.Value.AnyOf, ref.Value.AllOf) {
		names = append(names, memberNames(part, depth+1)...)
	}
	return names
}

// replyEnvelope is what the platform answers most: {"reply":{"err_code":400,"err_msg":…,"err_extra":…}}.
func replyEnvelope(w http.ResponseWriter, status int, message string, problems []Problem) {
	answer(w, status, map[string]any{"reply": xdrError{ErrCode: status, ErrMsg: message, ErrExtra: texts(problems)}})
}

// flatEnvelope is the same without reply, and with the code as text.
func flatEnvelope(w http.ResponseWriter, status int, message string, problems []Problem) {
	answer(w, status, xdrError{ErrCode: strconv.Itoa(status), ErrMsg: message, ErrExtra: texts(problems)})
}

type xdrError struct {
	ErrCode  any    `json:"err_code"`
	ErrMsg   string `json:"err_msg"`
	ErrExtra any    `json:"err_extra"`
}

// metadataEnvelope is that of the network scans: {"err_msg":…,"metadata":{"err_extra":[{"field":…,"message":…}]}}.
func metadataEnvelope(w http.ResponseWriter, status int, message string, problems []Problem) {
	type detail struct {
		Field   string `json:"field"`
		Message string `json:"message"`
	}
	var body struct {
		ErrMsg   string `json:"err_msg"`
		Metadata struct {
			ErrExtra []detail `json:"err_extra"`
		} `json:"metadata"`
	}
	body.ErrMsg = message
	for _, p := range problems {
		field := p.Name + p.Pointer
		if field == "" {
			field = p.In
		}
		body.Metadata.ErrExtra = append(body.Metadata.ErrExtra, detail{Field: field, Message: p.Reason})
	}
	answer(w, status, body)
}

// texts returns the problems in one text, for the envelopes that have room for only one.
func texts(problems []Problem) any {
	if len(problems) == 0 {
		return nil
	}
	lines := make([]string, 0, len(problems))
	for _, p := range problems {
		lines = append(lines, p.String())
	}
	return strings.Join(lines, "; ")
}

func answer(w http.ResponseWriter, status int, body any) {
	w.Header().Set("Content-Type", "application/json")
	w.WriteHeader(status)
	encoder := json.NewEncoder(w)
	encoder.SetEscapeHTML(false)
	_ = encoder.Encode(body) // the client is gone
}
