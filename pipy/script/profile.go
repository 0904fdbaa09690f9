package script

import (
	"context"
	"io"
	"time"

	"github.com/dop251/goja"
)

// Profile writes a profile of what all scripts of the process do in the next
// while, in the format of pprof, with a sample each 10 ms. When ctx ends first it
// is of the time until then. It returns an error when another one is under way.
func Profile(ctx context.Context, w io.Writer, d time.Duration) error {
	if err := goja.StartProfile(w); err != nil {
		return err
	}
	defer goja.StopProfile()
	ctx, cancel := context.WithTimeout(ctx, d)
	defer cancel()
	<-ctx.Done()
	return nil
}
