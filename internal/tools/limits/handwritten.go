package limits

import (
	"fmt"
	"go/parser"
	"go/token"
	"maps"
	"path/filepath"
	"slices"
	"strings"

	"github.com/getkin/kin-openapi/openapi3"
)

// HandWritten reports what wrapper would silently omit from requests: required parameters and properties, and headers that
// authenticate. root is the path of the repository.
func HandWritten(doc *openapi3.T, root string) ([]string, error) {
	w, err := readWrapper(root)
	if err != nil {
		return nil, err
	}
	return append(w.unsent(doc), w.unsigned(doc)...), nil
}

// sends reports whether wrapper has a method for the operation.
func (w *wrapperCode) sends(operationID string) bool {
	name := GoName(operationID)
	return w.fields["New"+name+"Request"] != nil || w.fields["New"+name+"RequestWithBody"] != nil
}

// unsigned reports the document's security schemes that wrapper does not support. The service would respond to every call with 401.
func (w *wrapperCode) unsigned(doc *openapi3.T) []string {
	var list []string
	check := func(place string, all *openapi3.SecurityRequirements) {
		if all == nil {
			return
		}
		for _, alternative := range *all {
			for scheme := range alternative {
				switch header := headerOf(doc, scheme); {
				case header == "":
					list = append(list, fmt.Sprintf("%s: the security scheme %s does not name a header, and wrapper can sign only with headers", place, scheme))
				case !w.strings[strings.ToLower(header)]:
					list = append(list, fmt.Sprintf("%s: the security scheme %s needs the header %s, and wrapper does not send it: add it to Credential.Sign first, then generate again", place, scheme, header))
				}
			}
		}
	}
	check("security", &doc.Security)
	for _, item := range doc.Paths.Map() {
		for _, op := range item.Operations() {
			if w.sends(op.OperationID) {
				check("operation "+op.OperationID, op.Security)
			}
		}
	}
	slices.Sort(list)
	return slices.Compact(list)
}

// headerOf returns the header that a security scheme needs, or "".
func headerOf(doc *openapi3.T, scheme string) string {
	if doc.Components == nil {
		return ""
	}
	switch s := doc.Components.SecuritySchemes[scheme]; {
	case s != nil && s.Value.Type == "apiKey" && s.Value.In == "header":
		return s.Value.Name
	case s != nil && s.Value.Type == "http":
		return "Authorization"
	}
	return ""
}

// Reserved returns the names in package gen that no schema may have: those that every generated client declares, and those in
// gen/types.go. root is the repository.
func Reserved(root string) ([]string, error) {
	file, err := parser.ParseFile(token.NewFileSet(), filepath.Join(root, "gen", "types.go"), nil, 0)
	if err != nil {
		return nil, err
	}
	return slices.Concat(clientNames, slices.Sorted(maps.Keys(file.Scope.Objects))), nil
}
