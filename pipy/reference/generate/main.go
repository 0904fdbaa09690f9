// Command generate writes the reference under docs: a page for each filter and
// class, and type declarations for editors.
//
//	go run ./pipy/reference/generate [root of the tree]
package main

import (
	"fmt"
	"os"
)

func main() {
	root := "."
	if len(os.Args) > 1 {
		root = os.Args[1]
	}
	if err := write(root); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}
