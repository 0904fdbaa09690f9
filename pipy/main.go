// Pipy is a programmable network proxy: a stream processor for network traffic,
// scripted in JavaScript.
package main

import "pipy/pipy/cli"

func main() { cli.Main() }
