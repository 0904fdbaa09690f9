// Package browser uses the web console as people do: a headless Chromium clicks
// and types, and the program that it steers is asked for answers.
//
//	cd conformance/browser && go test ./...
//	PIPY_BIN=/usr/bin/pipy go test ./...        # another binary
//	CHROMIUM=/opt/chrome/chrome go test ./...   # another browser
//	SCREENSHOTS=/some/folder go test ./...      # keeps pictures of what was seen
//
// Without a browser the tests are skipped. Whatever a test does, it fails when the
// page throws, violates its content security policy, or asks another server for
// anything.
//
// It is a module of its own, so that the library for the browser is no dependency
// of the program.
package browser
