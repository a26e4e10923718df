package security_test

import (
	"bytes"
	"encoding/gob"
	"encoding/json"
	"encoding/xml"
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"os"
	"os/exec"
	"reflect"
	"strings"
	"testing"
	"text/template"

	"example.com/cortexscan/wrapper"
)

// holder contains credentials in exported and unexported fields of many types.
type holder struct {
	Cred   wrapper.Credential
	List   []any
	Map    map[string]any
	Deeper *holder

	pointer *wrapper.Credential
	client  wrapper.Client
	list    [1]any
	embedded
}

type embedded struct{ wrapper.Credential }

func holders(t testing.TB, cred wrapper.Credential) map[string]any {
	t.Helper()
	// net/http's transport would keep the request, and with it the key, in its buffers.
	c, _ := client(t, "https://gateway.example.org", cred, wrapper.WithHTTPClient(&http.Client{
		Transport: roundTripper(func(*http.Request) (*http.Response, error) { return nil, errors.New("no network") }),
	}))
	if _, err := c.GetScanRunStatus(t.Context(), 1); err == nil {
		t.Fatal("GetScanRunStatus returned no error without a network")
	}
	level := func(below *holder) *holder {
		return &holder{
			cred, []any{cred, &cred, c}, map[string]any{"a": cred, "b": c}, below, &cred, *c, [1]any{cred}, embedded{cred},
		}
	}
	h := level(level(nil))
	return map[string]any{
		"Credential": cred, "*Credential": &cred, "*Client": c, "Client": *c, "*struct": h, "struct": *h,
		"list": []any{cred, c, *h}, "map": map[any]any{"a": cred, "b": *h}, "embedded": embedded{cred}, "api": c.API(),
	}
}

// TestKeysAreNeverPrinted prints each value with all verbs, many flags and common
// encoders. It also reads all fields with package reflect.
func TestKeysAreNeverPrinted(t *testing.T) {
	for keyType, cred := range credentials {
		for name, v := range holders(t, cred) {
			t.Run(keyType+"/"+name, func(t *testing.T) {
				var out bytes.Buffer
				for verb := 'A'; verb <= 'z'; verb++ {
					for _, flags := range []string{"", "+", "#", " ", "+#", "-100.200"} {
						fmt.Fprintf(&out, "%"+flags+string(verb), v)
					}
				}
				fmt.Fprint(&out, v, fmt.Errorf("a: %v", v))
				_ = json.NewEncoder(&out).Encode(v)
				_ = xml.NewEncoder(&out).Encode(v)
				_ = gob.NewEncoder(&out).Encode(v)
				_ = template.Must(template.New("").Parse("{{.}} {{printf `%#v` .}} {{js .}} {{html .}}")).Execute(&out, v)
				everything := &slog.HandlerOptions{Level: slog.LevelDebug}
				log := slog.New(slog.NewMultiHandler(slog.NewTextHandler(&out, everything), slog.NewJSONHandler(&out, everything)))
				log.With("held", v).WithGroup("group").Debug("message", "value", v, slog.Any("any", v), slog.Group("g", "v", v))
				wantHidden(t, name, []string{keyMarker}, append(dump(reflect.ValueOf(v), map[uintptr]bool{}), out.String())...)
			})
		}
	}
}

// dump returns all strings in the fields of v, as some debugging tools find them.
func dump(v reflect.Value, seen map[uintptr]bool) (found []string) {
	add := func(v reflect.Value) { found = append(found, dump(v, seen)...) }
	switch v.Kind() {
	case reflect.String:
		return []string{v.String()}
	case reflect.Pointer:
		if !v.IsNil() && !seen[v.Pointer()] {
			seen[v.Pointer()] = true
			add(v.Elem())
		}
	case reflect.Interface:
		add(v.Elem())
	case reflect.Struct:
		for i := range v.NumField() {
			add(v.Field(i))
		}
	case reflect.Slice, reflect.Array:
		if v.Kind() == reflect.Slice && v.Type().Elem().Kind() == reflect.Uint8 {
			return []string{string(v.Bytes())}
		}
		for i := range v.Len() {
			add(v.Index(i))
		}
	case reflect.Map:
		for iter := v.MapRange(); iter.Next(); {
			add(iter.Value())
		}
	}
	return found
}

// TestCrashShowsNoKey runs itself in a process that panics, and searches the output of that process.
func TestCrashShowsNoKey(t *testing.T) {
	const variable = "CORTEXSCAN_TEST_CRASH"
	if how := os.Getenv(variable); how != "" {
		keyType, name, _ := strings.Cut(how, "/")
		panic(holders(t, credentials[keyType])[name])
	}
	for keyType := range credentials {
		for _, name := range []string{"Credential", "*Client", "struct", "list"} {
			t.Run(keyType+"/"+name, func(t *testing.T) {
				cmd := exec.CommandContext(t.Context(), os.Args[0], "-test.run=^TestCrashShowsNoKey$")
				cmd.Env = append(os.Environ(), variable+"="+keyType+"/"+name, "GOTRACEBACK=crash")
				out, err := cmd.CombinedOutput()
				if err == nil || !bytes.Contains(out, []byte("panic:")) {
					t.Fatalf("the process did not crash: %v\n%s", err, out)
				}
				wantHidden(t, "output", []string{keyMarker}, string(out))
			})
		}
	}
}
