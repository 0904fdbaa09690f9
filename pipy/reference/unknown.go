package reference

import (
	"fmt"
	"strings"

	"pipy/pipy/spec"
)

// unknown is the error about a name that does not exist; it offers those that
// may have been meant.
func unknown(what, name string, names []string) error {
	list := spec.Near(name, names)
	if len(list) == 0 {
		return fmt.Errorf("unknown %s: %s", what, name)
	}
	return fmt.Errorf("unknown %s: %s; near it: %s", what, name, strings.Join(list, ", "))
}
