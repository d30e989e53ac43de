// Package problem is the vocabulary of failure: what can go wrong in a tenant, said without HTTP and without Microsoft's
// codes. Rules return an [Error]; each face maps its [Reason] (or, where none is set, its [Kind]) to the wire in one file.
//
// The package knows nothing of the rest of the house and never imports net/http.
package problem

import (
	"errors"
	"fmt"
)

// Kind is the coarse class of a failure. The list is closed.
type Kind int

// The kinds of failure.
const (
	Internal        Kind = iota // a defect of the emulator; the text stays in the log
	Invalid                     // the request makes no sense
	Unauthenticated             // nobody, or nobody that we believe
	Denied                      // somebody who may not
	NotFound                    // no such thing, or none that the caller may know of
	Conflict                    // it is there already, or changed meanwhile
	Expired                     // it was good once
	Unsupported                 // the real service has it, the emulator does not
	TooLarge                    // over a documented limit
	Throttled                   // later, please
)

// Status is the HTTP status by which our own pages and control plane tell a failure. The emulated services have their own.
func (k Kind) Status() int {
	statuses := [...]int{
		Internal: 500, Invalid: 400, Unauthenticated: 401, Denied: 403, NotFound: 404, Conflict: 409, Expired: 410,
		Unsupported: 501, TooLarge: 413, Throttled: 429,
	}
	return statuses[k]
}

// Error is a failure that a face can put on the wire.
type Error struct {
	Kind   Kind
	Reason Reason // the domain fact; None where the kind says all
	Detail string // for the person who reads the answer; never secret
	Target string // the property, parameter, id or segment that it is about
	Err    error  // the cause, for the log only
}

func (e *Error) Error() string {
	s := e.Detail
	if s == "" {
		s = e.Reason.String()
	}
	if e.Target != "" {
		s = e.Target + ": " + s
	}
	if e.Err != nil {
		s += ": " + e.Err.Error()
	}
	return s
}

func (e *Error) Unwrap() error { return e.Err }

// Is makes errors.Is match on kind and reason, so that a test can name what it expects without the text.
func (e *Error) Is(target error) bool {
	t, ok := target.(*Error)
	if !ok {
		return false
	}
	return e.Kind == t.Kind && (t.Reason == None || e.Reason == t.Reason)
}

// New returns an error of that kind and reason; the detail is formatted as by fmt.Sprintf.
func New(k Kind, r Reason, format string, args ...any) error {
	return &Error{Kind: k, Reason: r, Detail: fmt.Sprintf(format, args...)}
}

// For is New with a target.
func For(k Kind, r Reason, target, format string, args ...any) error {
	return &Error{Kind: k, Reason: r, Target: target, Detail: fmt.Sprintf(format, args...)}
}

// As returns the Error in err's chain; an error that is none becomes Internal with err as its cause.
func As(err error) *Error {
	if e, ok := errors.AsType[*Error](err); ok {
		return e
	}
	return &Error{Kind: Internal, Err: err}
}

// KindOf returns the kind of err.
func KindOf(err error) Kind { return As(err).Kind }

// ReasonOf returns the reason of err.
func ReasonOf(err error) Reason { return As(err).Reason }

// RuleHeader is the header in which a face names the rule that refused, for the person who writes a test: the bodies are the
// services' own and have no room for it.
const RuleHeader = "X-Tennantite-Reason"

// Rule names the rule that refused, "" where a name would tell more than the service does: whether a thing exists, and
// what somebody without rights could find there.
func Rule(err error) string {
	e := As(err)
	switch e.Kind {
	case Invalid, Denied, Conflict, Expired:
	case Unauthenticated, NotFound, Unsupported, TooLarge, Throttled, Internal:
		return ""
	}
	if e.Reason == None || e.Reason == AccessDenied {
		return ""
	}
	return e.Reason.String()
}
