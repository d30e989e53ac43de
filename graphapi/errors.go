package graphapi

import (
	"encoding/json"
	"net/http"
	"slices"
	"strconv"
	"strings"

	"github.com/tennantite/tennantite/emulator/links"
	"github.com/tennantite/tennantite/emulator/problem"
)

// envelope is Graph's error (graph.md 1.2).
type envelope struct {
	Error wireError `json:"error"`
}

type wireError struct {
	Code    string      `json:"code"`
	Message string      `json:"message"`
	Details []detail    `json:"details,omitempty"`
	Inner   *innerError `json:"innerError,omitempty"`
}

type detail struct {
	Code    string `json:"code"`
	Message string `json:"message"`
	Target  string `json:"target"`
}

type innerError struct {
	Code            string `json:"code,omitempty"`
	Date            string `json:"date"`
	RequestID       string `json:"request-id"`
	ClientRequestID string `json:"client-request-id"`
}

// failure is how a workload says something: status, code, and the code within.
type failure struct {
	status int
	code   string
	inner  string
}

// Messages that clients match.
const (
	insufficient = "Insufficient privileges to complete the operation."
	denied       = "Access denied"
)

// files tells whether a path is answered by the files workload, which has codes of its own.
func files(path string) bool {
	for segment := range strings.SplitSeq(path, "/") {
		name, _, _ := strings.Cut(segment, ":")
		name, _, _ = strings.Cut(name, "(")
		if slices.Contains([]string{"drive", "drives", "sites", "site", "shares", "lists", "insights", "followedSites", "_api"}, name) {
			return true
		}
	}
	return false
}

// fail writes an error.
func (f *face) fail(w http.ResponseWriter, r *request, err error) {
	e := problem.As(err)
	workload := files(r.http.URL.Path)
	how := failureOf(e, workload, r.place.Service)
	body := wireError{
		Code:    how.code,
		Message: message(e, workload),
		Details: details(e),
		Inner:   &innerError{how.inner, r.now.UTC().Format(errorTime), r.id, r.clientID},
	}
	if how.status == http.StatusInternalServerError && f.Log != nil {
		f.Log.ErrorContext(r.http.Context(), "graph: request failed", "method", r.http.Method, "path", r.http.URL.Path, "error", err)
	}
	h := w.Header()
	switch {
	case how.status == http.StatusUnauthorized:
		h.Set("WWW-Authenticate", r.challenge(e))
	case (e.Reason == problem.ResyncRequired || e.Reason == problem.ResyncUpload) && e.Target != "":
		h.Set("Location", e.Target)
	case e.Reason == problem.ThrottledByFault:
		h.Set("Retry-After", strconv.Itoa(throttleSeconds))
	}
	if rule := problem.Rule(err); rule != "" {
		h.Set(problem.RuleHeader, rule)
	}
	h.Set("Content-Type", "application/json")
	w.WriteHeader(how.status)
	// An error that is written holds nothing that does not encode, and a client that has gone away is no failure of ours.
	_ = json.NewEncoder(w).Encode(envelope{body})
}

const (
	throttleSeconds = 10
	errorTime       = "2006-01-02T15:04:05" // without a zone (graph.md 1.2)
)

// failureOf maps a problem to the workload's status and code.
func failureOf(e *problem.Error, files bool, service links.Service) failure {
	column := 0
	if files {
		column = 1
	}
	how, ok := reasons()[e.Reason]
	tooComplex := e.Reason == problem.LimitExceeded && e.Kind == problem.Invalid // of a query, not of a body
	if e.Reason == problem.None || !ok || tooComplex {
		how = kinds()[e.Kind]
	}
	f := how[column]
	if own, ok := byTarget(e); ok {
		f = own
	}
	if f.status == http.StatusUnauthorized && service == links.SharePoint {
		f.code = "unauthenticated" // graph.md 1.3, direct endpoint
	}
	return f
}

// message is the text, the service's own where clients match it.
func message(e *problem.Error, files bool) string {
	switch e.Kind {
	case problem.Internal:
		return "An internal server error occurred."
	case problem.NotFound:
		switch e.Reason {
		case problem.UserNotFound, problem.ObjectNotFound:
			if !files && e.Target != "" {
				return "Resource '" + e.Target + "' does not exist or one of its queried reference-property objects are not present."
			}
		case problem.UnknownSegment:
			return "Resource not found for the segment '" + e.Target + "'."
		default:
		}
	case problem.Denied:
		if e.Reason == problem.InsufficientRights || e.Reason == problem.MissingScope || e.Reason == problem.None {
			if files {
				return denied
			}
			return insufficient
		}
	default:
	}
	if e.Detail != "" {
		return e.Detail
	}
	return e.Reason.String()
}

// details tells a conflict's property (graph.md 1.2).
func details(e *problem.Error) []detail {
	if e.Reason != problem.ObjectConflict || e.Target == "" {
		return nil
	}
	return []detail{{"ObjectConflict", message(e, false), e.Target}}
}

// kinds are for problems without a reason of their own.
func kinds() map[problem.Kind][2]failure {
	return map[problem.Kind][2]failure{
		problem.Internal:        {{500, "InternalServerError", ""}, {500, "generalException", ""}},
		problem.Invalid:         {{400, "Request_BadRequest", ""}, {400, "invalidRequest", ""}},
		problem.Unauthenticated: {{401, "InvalidAuthenticationToken", ""}, {401, "InvalidAuthenticationToken", ""}},
		problem.Denied:          {{403, "Authorization_RequestDenied", ""}, {403, "accessDenied", ""}},
		problem.NotFound:        {{404, "Request_ResourceNotFound", ""}, {404, "itemNotFound", ""}},
		problem.Conflict:        {{400, "Request_BadRequest", ""}, {409, "nameAlreadyExists", ""}},
		problem.Expired:         {{410, "syncStateNotFound", ""}, {410, "resyncRequired", ""}},
		problem.Unsupported:     {{501, "NotEmulated", ""}, {501, "notSupported", ""}},
		problem.TooLarge:        {{413, "RequestEntityTooLarge", ""}, {413, "invalidRequest", "maxFileSizeExceeded"}},
		problem.Throttled:       {{429, "TooManyRequests", ""}, {429, "activityLimitReached", "throttledRequest"}},
	}
}
