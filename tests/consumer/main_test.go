package main

import "testing"

// TestRun: the program does what it says, from outside of the module.
func TestRun(t *testing.T) {
	if err := run(t.Context()); err != nil {
		t.Error(err)
	}
}
