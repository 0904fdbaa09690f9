package cli

import "io"

func listFilters(io.Writer) error         { return nil }
func helpFilters(io.Writer, string) error { return nil }
func listAPIs(io.Writer) error            { return nil }
func helpAPIs(io.Writer, string) error    { return nil }
func printTypes(io.Writer) error          { return nil }
