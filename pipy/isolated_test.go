//go:build !linux

package main_test

import "testing"

// isolated runs f in the network of the machine: there is no other.
func isolated(t *testing.T, f func(alone bool)) {
	t.Helper()
	f(false)
}
