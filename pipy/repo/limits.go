package repo

// limits bound what clients can fill the store with.
type limits struct {
	file      int64 // bytes of one file
	size      int64 // bytes of the files of one codebase, those of its bases left out
	files     int   // files of one codebase, those of its bases left out
	codebases int   // in the repo
	versions  int   // commits that are kept of each codebase; older ones are dropped
	chain     int   // codebases from a derived one to its last base
}

var defaultLimits = limits{
	file:      32 << 20,
	size:      256 << 20,
	files:     10_000,
	codebases: 10_000,
	versions:  100,
	chain:     32,
}

const (
	maxName    = 255  // bytes of the name of a codebase
	maxPath    = 1024 // bytes of the path of a file
	maxSegment = 255  // bytes between two slashes, as in file systems
	maxVersion = 128  // bytes of a version
	maxMessage = 8192 // bytes of the message of a commit
)
