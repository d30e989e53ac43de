package traffic

import (
	"encoding/json"
	"fmt"
	"html"
	"io"
	"net/http"
	"strconv"
	"strings"

	"github.com/google/uuid"

	"github.com/tennantite/tennantite/emulator/links"
	"github.com/tennantite/tennantite/emulator/state"
)

// answer writes a failure as the service that was asked would: Graph's envelope (graph.md 1.2), SharePoint's by the odata
// mode that was asked for (sharepoint.md 2.2), the token endpoint's (identity.md 4.1), or a page.
func answer(x *exchange, r *http.Request, e effect) {
	h := x.Header()
	for name := range h { // of a face that failed before it wrote
		if name != "Date" {
			h.Del(name)
		}
	}
	if e.retryAfter != nil {
		h.Set("Retry-After", strconv.Itoa(*e.retryAfter))
	}
	if e.location != "" {
		h.Set("Location", e.location)
	}
	for name, value := range e.furtherHeaders {
		h.Set(name, value)
	}
	if e.body != "" {
		if h.Get("Content-Type") == "" {
			h.Set("Content-Type", "application/json")
		}
		x.WriteHeader(e.status)
		_, _ = io.WriteString(x, e.body) // a client that went away is nobody's error
		return
	}
	if e.message == "" {
		e.message = message(e.status)
	}
	path := strings.ToLower(r.URL.Path)
	switch {
	case x.place.Service == links.Graph, x.place.Service == links.SharePoint && strings.Contains(path, "/_api/v2."):
		graphAnswer(x, r, e)
	case x.place.Service == links.SharePoint && (strings.Contains(path, "/_api/") || strings.Contains(path, "/_vti_bin/")):
		sharePointAnswer(x, r, e)
	case strings.Contains(path, "/oauth2/") && r.Method == http.MethodPost && !strings.HasSuffix(path, "/authorize"):
		signInAnswer(x, r, e)
	default:
		page(x, e)
	}
}

func message(status int) string {
	switch status {
	case http.StatusTooManyRequests:
		return "Please retry again later."
	case http.StatusServiceUnavailable:
		return "The service is temporarily unavailable. Please retry later."
	case http.StatusGone:
		return "Resync required. Replace any local items with the server's version."
	case http.StatusInternalServerError:
		return "An internal server error occurred."
	}
	return http.StatusText(status)
}

// newID names an answer of ours, by the world's own source.
func (x *exchange) newID(r *http.Request, what string) (id string) {
	// The error is always nil: the function returns none.
	_ = state.FromContext(r.Context()).View(func(tx *state.Tx) error {
		id = tx.RequestID(what + " " + x.entry.Fault + " " + r.Method + " " + r.Host + r.URL.RequestURI())
		return nil
	})
	return id
}

func write(x *exchange, status int, contentType string, body any) {
	x.Header().Set("Content-Type", contentType)
	x.WriteHeader(status)
	e := json.NewEncoder(x)
	e.SetEscapeHTML(false)
	_ = e.Encode(body) // a client that went away is nobody's error
}

// inFiles tells whether Graph's path belongs to files and sites, whose codes are spelt otherwise than the directory's.
func inFiles(path string) bool {
	for _, word := range []string{"/drive", "/sites", "/shares", "/_api/"} {
		if strings.Contains(strings.ToLower(path), word) {
			return true
		}
	}
	return false
}

// graphCodes are the codes of a status, the directory's and that of files (graph.md 1.3).
//
//nolint:gochecknoglobals // a constant table
var graphCodes = map[int][2]string{
	http.StatusBadRequest:                    {"Request_BadRequest", "invalidRequest"},
	http.StatusUnauthorized:                  {"InvalidAuthenticationToken", "InvalidAuthenticationToken"},
	http.StatusForbidden:                     {"Authorization_RequestDenied", "accessDenied"},
	http.StatusNotFound:                      {"Request_ResourceNotFound", "itemNotFound"},
	http.StatusConflict:                      {"Conflict", "nameAlreadyExists"},
	http.StatusGone:                          {"syncStateNotFound", "resyncRequired"},
	http.StatusPreconditionFailed:            {"PreconditionFailed", "resourceModified"},
	http.StatusRequestedRangeNotSatisfiable:  {"invalidRange", "invalidRange"},
	http.StatusLocked:                        {"locked", "locked"},
	http.StatusTooManyRequests:               {"TooManyRequests", "activityLimitReached"},
	http.StatusInternalServerError:           {"InternalServerError", "generalException"},
	http.StatusNotImplemented:                {"notSupported", "notSupported"},
	http.StatusBadGateway:                    {"BadGateway", "generalException"},
	http.StatusServiceUnavailable:            {"serviceNotAvailable", "serviceNotAvailable"},
	http.StatusGatewayTimeout:                {"GatewayTimeout", "generalException"},
	http.StatusInsufficientStorage:           {"quotaLimitReached", "quotaLimitReached"},
	http.StatusNetworkAuthenticationRequired: {"UnknownError", "generalException"},
}

type graphError struct {
	Error graphFailure `json:"error"`
}

type graphFailure struct {
	Code    string     `json:"code"`
	Message string     `json:"message"`
	Inner   graphInner `json:"innerError"`
}

type graphInner struct {
	Code            string `json:"code,omitempty"`
	Status          string `json:"status,omitempty"`
	Date            string `json:"date"`
	RequestID       string `json:"request-id"`
	ClientRequestID string `json:"client-request-id"`
}

func graphAnswer(x *exchange, r *http.Request, e effect) {
	if e.code == "" {
		codes, ok := graphCodes[e.status]
		if !ok {
			codes = [2]string{"UnknownError", "generalException"}
		}
		e.code = codes[0]
		if inFiles(r.URL.Path) {
			e.code = codes[1]
		}
	}
	id := x.newID(r, "request")
	client := id
	if c, err := uuid.Parse(r.Header.Get("client-request-id")); err == nil {
		client = c.String()
	}
	x.Header().Set("request-id", id)
	x.Header().Set("client-request-id", client)
	if e.status == http.StatusUnauthorized {
		x.Header().Set("WWW-Authenticate", `Bearer realm="", authorization_uri="https://login.microsoftonline.com/common/oauth2/authorize", client_id="00000003-0000-0000-c000-000000000000"`)
	}
	inner := graphInner{Date: x.now(r, "2006-01-02T15:04:05"), RequestID: id, ClientRequestID: client}
	if e.status == http.StatusTooManyRequests {
		inner.Code, inner.Status = "429", "429"
	}
	write(x, e.status, "application/json", graphError{graphFailure{e.code, e.message, inner}})
}

// now is the world's time as a service writes it.
func (x *exchange) now(r *http.Request, layout string) (text string) {
	// The error is always nil: the function returns none.
	_ = state.FromContext(r.Context()).View(func(tx *state.Tx) error {
		text = tx.Now().Format(layout)
		return nil
	})
	return text
}

type spMessage struct {
	Lang  string `json:"lang"`
	Value string `json:"value"`
}

type spFailure struct {
	Code    string    `json:"code"`
	Message spMessage `json:"message"`
}

func sharePointAnswer(x *exchange, r *http.Request, e effect) {
	if e.code == "" {
		e.code = "-1, Microsoft.SharePoint.Client.ServerException"
		if e.status == http.StatusTooManyRequests || e.status == http.StatusServiceUnavailable {
			e.code = "-1, Microsoft.SharePoint.Client.ThrottledException"
		}
	}
	id := x.newID(r, "request")
	x.Header().Set("SPRequestGuid", id)
	x.Header().Set("request-id", id)
	f := spFailure{e.code, spMessage{"en-US", e.message}}
	if strings.Contains(strings.ToLower(r.Header.Get("Accept")), "odata=verbose") {
		write(x, e.status, "application/json;odata=verbose;charset=utf-8", struct {
			Error spFailure `json:"error"`
		}{f})
		return
	}
	write(x, e.status, "application/json;odata=minimalmetadata;streaming=true;charset=utf-8", struct {
		Error spFailure `json:"odata.error"`
	}{f})
}

type signInFailure struct {
	Error         string `json:"error"`
	Description   string `json:"error_description"`
	Codes         []int  `json:"error_codes"`
	Timestamp     string `json:"timestamp"`
	TraceID       string `json:"trace_id"`
	CorrelationID string `json:"correlation_id"`
	Suberror      string `json:"suberror,omitempty"`
}

// signInCodes are AADSTS numbers that the sign-in service gives to a status (identity.md 4.2); others are 90033, a
// transient error.
//
//nolint:gochecknoglobals // a constant table
var signInCodes = map[int]int{http.StatusTooManyRequests: 90055, http.StatusUnauthorized: 7000215, http.StatusBadRequest: 90014}

func signInAnswer(x *exchange, r *http.Request, e effect) {
	number, ok := signInCodes[e.status]
	if !ok {
		number = 90033
	}
	if n, err := strconv.Atoi(strings.TrimPrefix(e.code, "AADSTS")); err == nil {
		number, e.code = n, signInNames[n][0]
	}
	if e.code == "" {
		switch {
		case e.status == http.StatusUnauthorized:
			e.code = "invalid_client"
		case e.status == http.StatusTooManyRequests || e.status >= http.StatusInternalServerError:
			e.code = "temporarily_unavailable"
		default:
			e.code = "invalid_request"
		}
	}
	trace, correlation := x.newID(r, "trace"), x.newID(r, "correlation")
	if c, err := uuid.Parse(r.Header.Get("client-request-id")); err == nil {
		correlation = c.String()
	}
	when := x.now(r, "2006-01-02 15:04:05Z")
	x.Header().Set("x-ms-request-id", trace)
	x.Header().Set("Cache-Control", "no-store, no-cache")
	write(x, e.status, "application/json; charset=utf-8", signInFailure{
		Error: e.code, Codes: []int{number}, Timestamp: when, TraceID: trace, CorrelationID: correlation,
		Suberror:    signInNames[number][1],
		Description: fmt.Sprintf("AADSTS%d: %s Trace ID: %s Correlation ID: %s Timestamp: %s", number, e.message, trace, correlation, when),
	})
}

// page is what a browser sees.
func page(x *exchange, e effect) {
	x.Header().Set("Content-Type", "text/html; charset=utf-8")
	x.WriteHeader(e.status)
	text := e.message
	if e.code != "" {
		text = e.code + ": " + text
	}
	_, _ = fmt.Fprintf(x, "<!DOCTYPE html>\n<html lang=\"en\"><head><meta charset=\"utf-8\"><title>%[1]d</title></head>\n"+
		"<body data-page=\"error\"><main><h1>%[1]d</h1><p>%[2]s</p></main></body></html>\n", e.status, html.EscapeString(text))
}
