// Package graphsdk holds the directory surface of Graph to Microsoft's Go SDK: its gzip bodies, its percent-encoded
// segments, its page iterator, its batches and the models that it reads answers into. The SDK takes minutes to build, so
// this is a module of its own beside the other libraries; `make clients-graphsdk` runs it.
package graphsdk
