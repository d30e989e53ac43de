// Package tokens mints and verifies what the sign-in service hands out: signing keys, claims, access and id tokens. It
// knows no HTTP; the endpoints and pages are in tokens/sts.
//
// Keys live in a pool of the process; which of them a world uses is state of the world. A token names the world that
// issued it, and a world accepts its own tokens and those that an ancestor issued before the fork (DESIGN section 4).
//
// Sources: identity.md sections 1.5 and 3 of the reference.
package tokens
