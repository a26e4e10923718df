//go:build unix

// Package prism_test runs the client against somebody else's server: Prism, which serves api/openapi.yaml as a
// mock and checks requests by it. It knows nothing of ours but the document, so what both agree on is in the
// document, and not in our heads.
//
// Prism comes through npx, so these tests run where they are asked for: make prism.
package prism_test

import (
	"bufio"
	"context"
	"encoding/json"
	"fmt"
	"net"
	"os"
	"os/exec"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"
)

const (
	prism    = "@stoplight/prism-cli" // .ci/package.json has its version
	askedFor = "CORTEXSCAN_DOWNLOADS"
	patience = 5 * time.Minute // npm may have to download it first
)

// server is the address of the running Prism.
var server string

var stopPrism func()

func TestMain(m *testing.M) {
	code := m.Run()
	if stopPrism != nil {
		stopPrism()
	}
	os.Exit(code)
}

var startOnce = sync.OnceValue(func() (err error) {
	server, stopPrism, err = start()
	return err
})

// needPrism starts Prism for the first test that needs it.
func needPrism(t *testing.T) {
	t.Helper()
	if os.Getenv(askedFor) == "" {
		t.Skip("needs Prism, which npx brings: run make prism, or set " + askedFor + "=1")
	}
	if err := startOnce(); err != nil {
		t.Fatalf("%s is set, and Prism does not run: %v", askedFor, err)
	}
}

func prismVersion() (string, error) {
	text, err := os.ReadFile("../../.ci/package.json")
	if err != nil {
		return "", err
	}
	var pins struct {
		DevDependencies map[string]string
	}
	if err := json.Unmarshal(text, &pins); err != nil {
		return "", err
	}
	version, found := pins.DevDependencies[prism]
	if !found {
		return "", fmt.Errorf(".ci/package.json does not name %s", prism)
	}
	return version, nil
}

// start runs Prism until stop is called, and returns once it listens.
func start() (address string, stop func(), err error) {
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return "", nil, err
	}
	address = listener.Addr().String()
	host, port, _ := net.SplitHostPort(address)
	if err := listener.Close(); err != nil {
		return "", nil, err
	}
	ctx, cancel := context.WithTimeout(context.Background(), patience)
	defer cancel()
	version, err := prismVersion()
	if err != nil {
		return "", nil, err
	}
	cmd := exec.Command("npx", "--yes", prism+"@"+version, "mock", "--host", host, "--port", port, "../../api/openapi.yaml")
	cmd.SysProcAttr = &syscall.SysProcAttr{Setpgid: true} // npx starts a shell that starts node: end them all
	out, err := cmd.StdoutPipe()
	if err != nil {
		return "", nil, err
	}
	cmd.Stderr = cmd.Stdout
	if err := cmd.Start(); err != nil {
		return "", nil, err
	}
	stop = func() {
		_ = syscall.Kill(-cmd.Process.Pid, syscall.SIGKILL)
		_ = cmd.Wait()
	}
	listens, failed := make(chan bool), make(chan error, 1)
	go func() {
		var said []string
		lines := bufio.NewScanner(out)
		for lines.Scan() { // to the end, or the pipe would fill up
			if said = append(said, lines.Text()); strings.Contains(lines.Text(), "Prism is listening") {
				close(listens)
			}
		}
		failed <- fmt.Errorf("it ended:\n%s", strings.Join(said, "\n"))
	}()
	select {
	case <-listens:
		return "http://" + address, stop, nil
	case err = <-failed:
	case <-ctx.Done():
		err = ctx.Err()
	}
	stop()
	return "", nil, err
}
