// Package openapi holds the description of the admin API, as the process serves it
// at /api/v1/openapi.yaml. Tests of the packages that answer hold it against them.
package openapi

import _ "embed"

// Document is the description: OpenAPI 3.1, as YAML.
//
//go:embed openapi.yaml
var Document []byte
