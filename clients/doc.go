// Package clients holds the sign-in service to Go libraries that know nothing of it: Microsoft's azidentity and MSAL, and
// OpenID Connect libraries of other makers as validators. It is a module of its own, so that the product's go.mod stays
// small; `make clients` runs it.
package clients
