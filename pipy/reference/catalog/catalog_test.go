package catalog_test

import (
	"testing"

	"pipy/pipy/reference/catalog"
)

func TestDeclarationsAreComplete(t *testing.T) {
	for _, fault := range catalog.Reference().Validate() {
		t.Error(fault)
	}
}
