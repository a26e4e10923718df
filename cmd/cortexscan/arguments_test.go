package main

import (
	"strings"
	"testing"
)

func TestWantsJSON(t *testing.T) {
	for args, want := range map[string]bool{
		"": false, "status": false, "-o json": true, "--output json": true, "--output=json": true, "-o=json status": true,
		"status -o text": false, "status --output": false, "json": false, "-- -o json": false, "status 1 --wait -o json": true,
	} {
		if got := wantsJSON(strings.Fields(args)); got != want {
			t.Errorf("%q: %v", args, got)
		}
	}
}

func TestEmptyValuesAreRefused(t *testing.T) {
	for args, refused := range map[string]bool{
		"--all=": true, "--all=\u200b": true, "-y=": true, "--hostname=x": false, "--all": false, "a=": false, "-- --all=": false,
	} {
		if got := refuseEmptyValues(append([]string{"cortexscan"}, strings.Split(args, " ")...)); (got != nil) != refused {
			t.Errorf("%q: %v", args, got)
		}
	}
}
