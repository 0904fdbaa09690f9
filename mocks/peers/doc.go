// Package peers is the other side of a proxy in tests: small TCP and HTTP
// servers that behave, and others that misbehave in one chosen way.
//
// A peer listens on loopback, writes its answers as raw bytes and counts what
// arrives. It shares no code with the program under test, so a mistake in one
// cannot hide the same mistake in the other.
//
// Start takes a kind, which is a word or "word:argument"; Kinds lists them.
package peers
