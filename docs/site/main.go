// Site renders the documentation of this tree as HTML: guides, tutorials, the
// printed reference, and what is told about the inside. The pages need no server
// and ask no other: they work from a disk, and under any address.
//
// A second, smaller form is for the console: the same pages without what is
// around them, and a list of them. The reference is not among them; the console
// prints it from the program itself.
package main

import (
	"flag"
	"fmt"
	"os"
)

func main() {
	if err := run(os.Args[1:]); err != nil {
		fmt.Fprintln(os.Stderr, "site:", err)
		os.Exit(1)
	}
}

func run(args []string) error {
	flags := flag.NewFlagSet("site", flag.ContinueOnError)
	root := flags.String("root", "../..", "the `folder` of the source tree")
	out := flags.String("out", "../../build/docs", "the `folder` for the pages; what it held is removed")
	console := flags.String("console", "../../build/docs-console", "the `folder` for the console's form; what it held is removed")
	archive := flags.String("archive", "../../pipy/admin/manual/manual.zip", "the `file` for the console's form, as the program takes it")
	version := flags.String("version", "", "what the pages say they belong to")
	if err := flags.Parse(args); err != nil {
		return err
	}
	s, err := load(*root)
	if err != nil {
		return err
	}
	if err := s.writeSite(*out, *version); err != nil {
		return err
	}
	pages, err := s.consolePages()
	if err != nil {
		return err
	}
	if err := writePages(*console, pages); err != nil {
		return err
	}
	packed, err := pack(pages)
	if err != nil {
		return err
	}
	return os.WriteFile(*archive, packed, 0o644)
}
