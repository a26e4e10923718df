package main

import (
	"context"
	"runtime"
	"runtime/debug"

	"example.com/cortexscan/wrapper"
	"github.com/urfave/cli/v3"
)

func versionCommand() *cli.Command {
	return &cli.Command{
		Name:        "version",
		Usage:       "print the version",
		UsageText:   "cortexscan version",
		Description: `With --output json: {"version", "commit", "go"}.`,
		Action:      action(runVersion),
	}
}

type versionJSON struct {
	Version string `json:"version"`
	Commit  string `json:"commit"`
	Go      string `json:"go"`
}

func runVersion(_ context.Context, s *session, cmd *cli.Command) error {
	if err := noArguments(cmd); err != nil {
		return err
	}
	v := versionJSON{wrapper.Version, commit(), runtime.Version()}
	if s.json {
		s.io.PrintJSON(v)
		return nil
	}
	s.io.Printf("cortexscan version %s (commit %s, %s)\n", v.Version, v.Commit, v.Go)
	return nil
}

// commit is the one that the binary was built from, if the build recorded it.
func commit() string {
	id, modified := "unknown", ""
	if info, ok := debug.ReadBuildInfo(); ok {
		for _, s := range info.Settings {
			switch {
			case s.Key == "vcs.revision":
				id = s.Value[:min(len(s.Value), 12)]
			case s.Key == "vcs.modified" && s.Value == "true":
				modified = ", modified"
			}
		}
	}
	return id + modified
}
