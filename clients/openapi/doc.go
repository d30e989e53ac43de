// Package openapi holds the control plane to its own OpenAPI document: a public validator accepts it, every operation is
// called, and what is asked and answered, refusals too, fits what is said of it. An operation that nobody calls fails the
// test. It has tests only, in a module of its own so that the product's go.mod stays small; `make clients-openapi` runs
// them, and a second public validator, Redocly's, on the document. What no document says stands in package control:
// requests made from it at random never meet a failure of the server (`make requests`).
package openapi
