package graphapi

import (
	"bytes"
	"encoding/json"
	"errors"
	"net/http"
	"reflect"
	"slices"
	"strings"
	"time"

	"github.com/tennantite/tennantite/emulator/directory"
	"github.com/tennantite/tennantite/emulator/drive"
	"github.com/tennantite/tennantite/emulator/links"
	"github.com/tennantite/tennantite/emulator/odata"
	"github.com/tennantite/tennantite/emulator/problem"
	"github.com/tennantite/tennantite/emulator/state"
)

// The parts of the tree, for short: every resource file declares them.
type (
	node      = odata.Node[*request]
	child     = odata.Child[*request]
	key       = odata.Key[*request]
	operation = odata.Operation[*request]
)

// request is what a handler knows of one request beside the resource that the path names.
type request struct {
	face  *face
	http  *http.Request
	store *state.Store
	tx    *state.Tx // open while the handler runs; nil in the function of [later]

	caller directory.Principal // zero for an operation whose address is the secret
	tenant state.Tenant        // the caller's; on a SharePoint host the host's

	origin  links.Origin
	place   links.Place
	version string // v1.0 or beta; v2.0 or v2.1 on a SharePoint host
	site    string // server-relative path of the site before /_api, on a SharePoint host
	base    string // what addresses of this face begin with: https://graph.microsoft.com/v1.0

	body    []byte         // inflated; empty where there is none
	content drive.Fragment // instead of body, where that is a file's content

	id, clientID string // request-id and client-request-id
	now          time.Time
}

// sharePoint tells whether the request came to a SharePoint host.
func (r *request) sharePoint() bool { return r.place.Service == links.SharePoint }

// onlyBeta fails as an unknown segment does unless the client asked for beta.
func (r *request) onlyBeta(segment string) error {
	if r.version == versionBeta {
		return nil
	}
	return problem.For(problem.NotFound, problem.UnknownSegment, segment, "Resource not found for the segment '%s'.", segment)
}

// prefers tells whether a Prefer header names the preference: "return=minimal", "redeemSharingLink".
func (r *request) prefers(preference string) bool {
	for _, line := range r.http.Header.Values("Prefer") {
		for part := range strings.SplitSeq(line, ",") {
			if strings.EqualFold(strings.TrimSpace(part), preference) {
				return true
			}
		}
	}
	return false
}

// eventual tells whether the client asked for the advanced queries of directory objects.
func (r *request) eventual() bool {
	return strings.EqualFold(r.http.Header.Get("ConsistencyLevel"), "eventual")
}

// match checks If-Match against the tags that the resource has: eTag, and where it has one, cTag. It fails with
// PreconditionFailed.
func (r *request) match(tags ...string) error {
	want := r.http.Header.Get("If-Match")
	if want == "" || want == "*" {
		return nil
	}
	for part := range strings.SplitSeq(want, ",") {
		if slices.Contains(tags, strings.TrimPrefix(strings.TrimSpace(part), "W/")) {
			return nil
		}
	}
	return problem.For(problem.Conflict, problem.PreconditionFailed, "If-Match", "The resource has changed since it was last read.")
}

// decode reads the JSON body into v, a pointer to a struct. It fails with Malformed for what is no JSON object,
// UnknownProperty for a member that the struct lacks, and InvalidProperty for a value of the wrong type. Annotations that
// the struct does not name (@odata.type, which every SDK sends) are passed over, and so is what nested objects add.
func (r *request) decode(v any) error {
	var members map[string]json.RawMessage
	if err := r.unmarshal(&members); err != nil {
		return err
	}
	known := jsonNames(reflect.TypeOf(v).Elem())
	for name := range members {
		if !strings.Contains(name, "@") && !slices.Contains(known, strings.ToLower(name)) {
			return problem.For(problem.Invalid, problem.UnknownProperty, name, "Property '%s' does not exist.", name)
		}
	}
	return r.unmarshal(v)
}

// decodeOpen is decode for a body that may hold more than the struct names.
func (r *request) decodeOpen(v any) error { return r.unmarshal(v) }

// hasBody tells whether the client sent one.
func (r *request) hasBody() bool { return len(bytes.TrimSpace(r.body)) > 0 }

func (r *request) unmarshal(v any) error {
	if !r.hasBody() {
		return problem.New(problem.Invalid, problem.Malformed, "Empty Payload. JSON content expected.")
	}
	err := json.Unmarshal(r.body, v)
	if err == nil {
		return nil
	}
	if wrong, ok := errors.AsType[*json.UnmarshalTypeError](err); ok && wrong.Field != "" {
		return problem.For(problem.Invalid, problem.InvalidProperty, wrong.Field, "Invalid value specified for property '%s'.", wrong.Field)
	}
	return problem.New(problem.Invalid, problem.Malformed, "Unable to read JSON request payload. Please ensure Content-Type header is set and payload is of valid JSON format.")
}

// jsonNames are the names under which a struct is decoded, lower case, those of embedded structs included.
func jsonNames(t reflect.Type) []string {
	var names []string
	for f := range t.Fields() {
		name, _, _ := strings.Cut(f.Tag.Get("json"), ",")
		switch {
		case name == "-":
		case f.Anonymous && name == "" && f.Type.Kind() == reflect.Struct:
			names = append(names, jsonNames(f.Type)...)
		case name == "":
			names = append(names, strings.ToLower(f.Name))
		default:
			names = append(names, strings.ToLower(name))
		}
	}
	return names
}
