package cli

import (
	"io"

	"pipy/pipy/reference/catalog"
)

// What the help flags print comes from the declarations of filters and classes.
func listFilters(w io.Writer) error              { return catalog.Reference().ListFilters(w) }
func helpFilters(w io.Writer, name string) error { return catalog.Reference().HelpFilters(w, name) }
func listAPIs(w io.Writer) error                 { return catalog.Reference().ListAPIs(w) }
func helpAPIs(w io.Writer, name string) error    { return catalog.Reference().HelpAPIs(w, name) }
func printTypes(w io.Writer) error               { return catalog.Reference().Types(w) }
