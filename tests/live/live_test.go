//go:build live

// Package live_test reads from a real tenant. Run it with make live. It needs the environment variables of wrapper.FromEnv,
// and each of these variables enables one more test:
//
//	CORTEXSCAN_LIVE_RUN        the ID of a scan run, to read its status
//	CORTEXSCAN_LIVE_WRONG_KEY  any value, to make one call with a wrong key, which may appear in the tenant's audit log
//
// The tests validate every response, so they fail if the service no longer matches the OpenAPI document.
package live_test

import (
	"errors"
	"math"
	"net/http/httptest"
	"os"
	"strconv"
	"strings"
	"testing"

	"example.com/cortexscan/api"
	"example.com/cortexscan/wrapper"
)

func TestStatus(t *testing.T) {
	v, err := api.NewValidator()
	if err != nil {
		t.Fatal(err)
	}
	c, err := wrapper.FromEnv(wrapper.WithRequestValidator(v), wrapper.WithResponseValidator(v))
	if err != nil {
		t.Fatal(err)
	}
	wantError := func(t *testing.T, err, kind error) {
		var e *wrapper.APIError
		if !errors.Is(err, kind) || !errors.As(err, &e) || e.Message == "" {
			t.Fatalf("got %v, want %v with a message", err, kind)
		}
		t.Logf("%v\n%s", e, e.Body)
		method, path, _ := strings.Cut(e.Operation, " ")
		if err := v.ValidateResponse(httptest.NewRequest(method, path, nil), e.StatusCode, e.Header, e.Body); err != nil {
			t.Errorf("the response does not match the OpenAPI document: %v", err)
		}
	}
	t.Run("unknown run", func(t *testing.T) {
		_, err := c.GetScanRunStatus(t.Context(), math.MaxInt64)
		wantError(t, err, wrapper.ErrNotFound)
	})
	t.Run("known run", func(t *testing.T) {
		id, err := strconv.ParseInt(setting(t, "CORTEXSCAN_LIVE_RUN"), 10, 64)
		if err != nil {
			t.Fatal(err)
		}
		status, err := c.GetScanRunStatus(t.Context(), id)
		if err != nil || status.State() == "" {
			t.Fatalf("got %v, %v, want a status with a state", status, err)
		}
		t.Logf("%q, in state %q", status.DATA, status.State())
	})
	t.Run("wrong key", func(t *testing.T) {
		setting(t, "CORTEXSCAN_LIVE_WRONG_KEY")
		c, err := wrapper.New(os.Getenv(wrapper.EnvURL), wrapper.AdvancedKey(os.Getenv(wrapper.EnvKeyID), "not a key"))
		if err != nil {
			t.Fatal(err)
		}
		_, err = c.GetScanRunStatus(t.Context(), math.MaxInt64)
		wantError(t, err, wrapper.ErrUnauthorized)
	})
}

func setting(t *testing.T, variable string) string {
	value := os.Getenv(variable)
	if value == "" {
		t.Skip(variable + " is not set")
	}
	return value
}
