package limits

import (
	"bytes"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"

	"github.com/getkin/kin-openapi/openapi3"
)

// unsigned reports the document's security schemes that wrapper does not support. The service would respond to every call with 401.
func (w *wrapperCode) unsigned(doc *openapi3.T) []string {
	var list []string
	check := func(place string, all *openapi3.SecurityRequirements) {
		if all == nil {
			return
		}
		for _, alternative := range *all {
			for scheme := range alternative {
				header, err := headerOf(doc, scheme)
				switch {
				case err != "":
					list = append(list, fmt.Sprintf("%s: the security scheme %s %s", place, scheme, err))
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

const onlyHeaders = ": wrapper can sign only with headers"

func headerOf(doc *openapi3.T, scheme string) (header, err string) {
	if doc.Components == nil || doc.Components.SecuritySchemes[scheme] == nil {
		return "", "is not described: add it to components/securitySchemes"
	}
	switch s := doc.Components.SecuritySchemes[scheme].Value; {
	case s.Type == "apiKey" && s.In == "header":
		return s.Name, ""
	case s.Type == "apiKey":
		return "", "is in the " + s.In + onlyHeaders
	case s.Type == "http":
		return "Authorization", ""
	default:
		return "", "has the type " + s.Type + onlyHeaders
	}
}

var inPath = regexp.MustCompile(`\{[^{}]*\}`)

var (
	generatedFunc = regexp.MustCompile(`^func New(\w+?)Request(WithBody)?\(`)
	generatedPath = regexp.MustCompile(`operationPath := fmt\.Sprintf\("([^"]*)"`) // parameters are %s
)

// generatedPaths returns the paths of the operations in package gen, by their Go names.
func generatedPaths(root string) (map[string]string, error) {
	content, err := os.ReadFile(filepath.Join(root, "gen", "client.gen.go"))
	paths, name := map[string]string{}, ""
	for line := range strings.Lines(string(content)) {
		if m := generatedFunc.FindStringSubmatch(line); m != nil {
			name = m[1]
		} else if m := generatedPath.FindStringSubmatch(line); m != nil && name != "" {
			paths[name], name = m[1], ""
		}
	}
	return paths, err
}

// moved reports wrapper's operations whose path has changed since the code was generated, and the files that still contain the
// old path.
func (w *wrapperCode) moved(doc *openapi3.T, root string) ([]string, error) {
	old, err := generatedPaths(root)
	if err != nil {
		return nil, err
	}
	var list []string
	for path, item := range doc.Paths.Map() {
		for _, op := range item.Operations() {
			was := old[GoName(op.OperationID)]
			if was == "" || was == inPath.ReplaceAllString(path, "%s") || !w.sends(op.OperationID) {
				continue
			}
			files, err := naming(root, was)
			if err != nil {
				return nil, err
			}
			if len(files) > 0 {
				list = append(list, fmt.Sprintf("operation %s: its path was %s and is now %s; replace the old path in %s, also where / is written as ~1, then generate again",
					op.OperationID, was, path, strings.Join(files, ", ")))
			}
		}
	}
	slices.Sort(list)
	return list, nil
}

// naming returns the files that contain a path, except for the spec, generated files and the changelog.
func naming(root, path string) ([]string, error) {
	escaped := strings.ReplaceAll(path, "/", "~1")
	var files []string
	err := filepath.WalkDir(root, func(name string, d fs.DirEntry, err error) error {
		rel, _ := filepath.Rel(root, name)
		switch rel = filepath.ToSlash(rel); {
		case err != nil:
			return err
		case d.IsDir() && slices.Contains([]string{".git", ".ci", "gen", "bin", "dist", "node_modules"}, rel):
			return filepath.SkipDir
		case d.IsDir() || !d.Type().IsRegular() || rel == "api/openapi.yaml" || rel == "CHANGELOG.md":
			return nil
		}
		content, err := os.ReadFile(name)
		if bytes.Contains(content, []byte(path)) || bytes.Contains(content, []byte(escaped)) {
			files = append(files, rel)
		}
		return err
	})
	return files, err
}
