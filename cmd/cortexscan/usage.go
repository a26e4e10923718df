package main

import (
	"fmt"
	"strings"
)

// usageError is a command line that cannot be carried out. Nothing was sent.
type usageError struct{ message, advice string }

func usagef(format string, args ...any) *usageError {
	return &usageError{message: fmt.Sprintf(format, args...)}
}

// hint adds what to do.
func (e *usageError) hint(format string, args ...any) *usageError {
	e.advice = fmt.Sprintf(format, args...)
	return e
}

func (e *usageError) Error() string { return e.message }
func (e *usageError) Unwrap() error { return errUsage }

// dashed is a flag's name as it is typed.
func dashed(name string) string { return strings.Repeat("-", min(len(name), 2)) + name }
