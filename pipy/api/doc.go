// Package api declares the classes and functions that scripts see.
//
// Each file declares one module: it names the members, describes them, and
// connects them with the Go code that does the work. The package knows no
// script engine; the engine binds what is found in spec.Classes. Instances of
// classes are Go pointers, plain objects are event.Object.
package api
