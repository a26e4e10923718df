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

// holder holds secrets in every way that a program can.
type holder struct {
	Cred   wrapper.Credential
	Client *wrapper.Client
	Any    any
	List   []any
	Map    map[string]any
	Deeper *holder

	cred    wrapper.Credential
	pointer *wrapper.Credential
	client  wrapper.Client
	any     any
	list    [1]wrapper.Credential
	byCred  map[string]wrapper.Credential
	deeper  *holder
	embedded
}

type embedded struct{ wrapper.Credential }

func holders(t testing.TB, cred wrapper.Credential) map[string]any {
	t.Helper()
	// net/http's transport would keep what it has sent in its buffers.
	c, _ := client(t, "https://gateway.example.org", cred, wrapper.WithHTTPClient(&http.Client{
		Transport: roundTripper(func(*http.Request) (*http.Response, error) { return nil, errors.New("no network") }),
	}))
	if _, err := c.GetScanRunStatus(t.Context(), 1); err == nil {
		t.Fatal("no error")
	}
	level := func(below *holder) *holder {
		return &holder{
			cred, c, cred, []any{cred, &cred, c}, map[string]any{"a": cred, "b": c}, below,
			cred, &cred, *c, cred, [1]wrapper.Credential{cred}, map[string]wrapper.Credential{"a": cred}, below, embedded{cred},
		}
	}
	h := level(level(level(nil)))
	return map[string]any{
		"Credential": cred, "*Credential": &cred, "*Client": c, "Client": *c, "**Client": &c, "*struct": h, "struct": *h,
		"list": []any{cred, c, *h}, "map": map[any]any{"a": cred, "b": *h}, "embedded": embedded{cred}, "api": c.API(),
	}
}

// TestKeysAreNeverPrinted tries all verbs, flags, widths and encoders on keys that are nested in exported and unexported
// fields.
func TestKeysAreNeverPrinted(t *testing.T) {
	secrets := []string{keyMarker}
	for keyType, cred := range credentials {
		for name, v := range holders(t, cred) {
			t.Run(keyType+"/"+name, func(t *testing.T) {
				var outputs []string
				for verb := 'A'; verb <= 'z'; verb++ {
					for _, flags := range []string{"", "+", "#", " ", "+#", "-100.200"} {
						outputs = append(outputs, fmt.Sprintf("%"+flags+string(verb), v))
					}
				}
				outputs = append(outputs, fmt.Sprint(v), fmt.Sprintln(v), fmt.Errorf("a: %v", v).Error())
				raw, _ := json.Marshal(v)
				outputs = append(outputs, string(raw))
				raw, _ = xml.Marshal(v)
				outputs = append(outputs, string(raw))
				var out bytes.Buffer
				_ = gob.NewEncoder(&out).Encode(v)
				_ = template.Must(template.New("").Parse("{{.}} {{printf `%#v` .}} {{js .}} {{html .}}")).Execute(&out, v)
				everything := &slog.HandlerOptions{Level: slog.LevelDebug}
				log := slog.New(slog.NewMultiHandler(slog.NewTextHandler(&out, everything), slog.NewJSONHandler(&out, everything)))
				log.With("held", v).WithGroup("group").Debug("message", "value", v, slog.Any("any", v), slog.Group("g", "v", v))
				outputs = append(outputs, out.String(), panicMessage(v))
				wantHidden(t, name, secrets, outputs...)
			})
		}
	}
}

func panicMessage(v any) (message string) {
	defer func() {
		r := recover()
		message = fmt.Sprintf("%v %+v %#v", r, r, r)
	}()
	panic(v)
}

// TestReflectionFindsNoKey walks through all fields, as debugging tools do.
func TestReflectionFindsNoKey(t *testing.T) {
	for keyType, cred := range credentials {
		for name, v := range holders(t, cred) {
			var found []string
			dump(reflect.ValueOf(v), map[uintptr]bool{}, &found)
			wantHidden(t, keyType+"/"+name, []string{keyMarker}, strings.Join(found, "\n"))
		}
	}
	var found []string
	if dump(reflect.ValueOf(struct{ a *struct{ b []any } }{&struct{ b []any }{[]any{map[string]string{"k": keyMarker}}}}), map[uintptr]bool{}, &found); !strings.Contains(strings.Join(found, ""), keyMarker) {
		t.Error("the walk does not find a key in a map")
	}
}

func dump(v reflect.Value, seen map[uintptr]bool, found *[]string) {
	switch v.Kind() {
	case reflect.String:
		*found = append(*found, v.String())
	case reflect.Pointer:
		if !v.IsNil() && !seen[v.Pointer()] {
			seen[v.Pointer()] = true
			dump(v.Elem(), seen, found)
		}
	case reflect.Interface:
		dump(v.Elem(), seen, found)
	case reflect.Struct:
		for i := range v.NumField() {
			dump(v.Field(i), seen, found)
		}
	case reflect.Slice, reflect.Array:
		if v.Kind() == reflect.Slice && v.Type().Elem().Kind() == reflect.Uint8 {
			*found = append(*found, string(v.Bytes()))
			return
		}
		for i := range v.Len() {
			dump(v.Index(i), seen, found)
		}
	case reflect.Map:
		for iter := v.MapRange(); iter.Next(); {
			dump(iter.Key(), seen, found)
			dump(iter.Value(), seen, found)
		}
	}
}

// TestCrashShowsNoKey panics in another process, which is this test itself, and reads its standard error.
func TestCrashShowsNoKey(t *testing.T) {
	const variable = "CORTEXSCAN_TEST_CRASH"
	if how := os.Getenv(variable); how != "" {
		keyType, name, _ := strings.Cut(how, "/")
		crash(holders(t, credentials[keyType])[name])
	}
	for keyType := range credentials {
		for _, name := range []string{"Credential", "*Client", "struct", "list"} {
			t.Run(keyType+"/"+name, func(t *testing.T) {
				cmd := exec.CommandContext(t.Context(), os.Args[0], "-test.run=^TestCrashShowsNoKey$")
				cmd.Env = append(os.Environ(), variable+"="+keyType+"/"+name, "GOTRACEBACK=crash")
				out, err := cmd.CombinedOutput()
				if err == nil || !bytes.Contains(out, []byte("panic:")) {
					t.Fatalf("it did not crash: %v\n%s", err, out)
				}
				wantHidden(t, "standard error", []string{keyMarker}, string(out))
			})
		}
	}
}

//go:noinline
func crash(v any) { panic(v) }
