package main

import "testing"

func TestProgramRuns(t *testing.T) {
	if err := run(t.Context()); err != nil {
		t.Error(err)
	}
}
