package main

import (
	"context"
	"encoding/json"
	"io"
	"net/http"
	"testing"

	"example.com/cortexscan/api"
)

func TestSandboxJSONContainsSettingsAndPages(t *testing.T) {
	c := newOffline("sandbox", "--listen", "0", "--output", "json")
	from, to := io.Pipe()
	c.sys.io.Out = to
	ctx, stop := context.WithCancel(t.Context())
	ended := make(chan int)
	go func() { ended <- run(ctx, c.sys) }()
	var printed struct{ Environment, Pages map[string]string }
	if err := json.NewDecoder(from).Decode(&printed); err != nil {
		t.Fatal(err)
	}
	status := newOffline("status", "789")
	status.settings = printed.Environment
	status.run(t, t.Context(), exitDone)
	for name, want := range map[string]string{
		"live": "1 request, none with problems", "docs": `id="reference"`, "contract": string(api.Document()),
	} {
		resp, err := http.Get(printed.Pages[name])
		if err != nil {
			t.Fatal(err)
		}
		body, _ := io.ReadAll(resp.Body)
		resp.Body.Close()
		wantText(t, string(body), want)
	}
	stop()
	if exit := <-ended; exit != exitDone {
		t.Errorf("got exit status %d, want %d", exit, exitDone)
	}
}
