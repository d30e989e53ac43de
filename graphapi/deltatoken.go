package graphapi

import (
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"net/url"
	"time"

	"github.com/tennantite/tennantite/emulator/odata"
	"github.com/tennantite/tennantite/emulator/problem"
	"github.com/tennantite/tennantite/emulator/state"
)

// deltaState is what a token of a directory delta holds: the options of the first call, and how far the client is.
type deltaState struct {
	Of     string    `json:"o"`           // users or groups
	Since  uint64    `json:"s"`           // change number up to which the client has everything
	Begun  uint64    `json:"b,omitempty"` // of the first enumeration: the last change number when it began
	From   uint64    `json:"f,omitempty"` // change number that the round began behind
	Select []string  `json:"p,omitempty"`
	IDs    []string  `json:"i,omitempty"`
	Issued time.Time `json:"t"`
	Line   uint64    `json:"l,omitempty"` // timeline of the world
}

// deltaLife is how long the state of a directory delta is kept (GD:con/delta-query-overview).
const deltaLife = 7 * 24 * time.Hour

func (d deltaState) encode() string {
	body, err := json.Marshal(d)
	if err != nil {
		return "" // text and numbers always encode
	}
	sum := sha256.Sum256(append([]byte("delta\x00"), body...))
	return base64.RawURLEncoding.EncodeToString(append(sum[:6], body...))
}

// deltaStateOf reads a token. It fails with Malformed for one that is none of ours, and with ResyncRequired for one whose
// state is gone: too old, or of a world that was put back since.
func (r *request) deltaStateOf(token, of string) (deltaState, error) {
	bad := problem.For(problem.Invalid, problem.Malformed, "$deltatoken", "Badly formed token.")
	raw, err := base64.RawURLEncoding.Strict().DecodeString(token)
	if err != nil || len(raw) < 6 {
		return deltaState{}, bad
	}
	sum := sha256.Sum256(append([]byte("delta\x00"), raw[6:]...))
	var d deltaState
	if string(sum[:6]) != string(raw[:6]) || json.Unmarshal(raw[6:], &d) != nil || d.Of != of {
		return deltaState{}, bad
	}
	if !r.tx.Passed(state.Moment{Timeline: d.Line, Sequence: d.Since}) || r.tx.Now().Sub(d.Issued) > deltaLife {
		return deltaState{}, problem.New(problem.Expired, problem.ResyncRequired,
			"The sync state generation is not found; continue by issuing a new request without a token.")
	}
	return d, nil
}

// deltaState finds where a delta request goes on: at its token, at the beginning, or, with the token "latest", at now.
func (r *request) deltaState(call *odata.Call, of string) (d deltaState, latest bool, err error) {
	q := call.Query
	token := q.SkipToken
	if token == "" {
		token = q.DeltaToken
	}
	if token == "" {
		token = call.Args.Text("token")
	}
	if token != "" && token != "latest" {
		d, err = r.deltaStateOf(token, of)
		return d, false, err
	}
	for _, option := range []string{"orderby", "expand", "search", "top"} {
		if q.Has(option) {
			return d, false, unsupported("$"+option, "The query option '$"+option+"' is not supported by a delta query.")
		}
	}
	d = deltaState{Of: of, Select: q.Select, Issued: r.tx.Now(), Begun: r.tx.Sequence()}
	if q.Filter != nil {
		const most = 50
		literals, ok := odata.AnyOf(q.Filter, "id")
		if !ok || len(literals) > most {
			return d, false, unsupported("$filter", "A delta query is filtered by at most 50 ids.")
		}
		for _, l := range literals {
			d.IDs = append(d.IDs, l.Text())
		}
	}
	return d, token == "latest", nil
}

// deltaLinks are the links of a page: the next page where there is more, else the next round.
func (r *request) deltaLinks(of string, d deltaState, more bool) (next, delta string) {
	base := r.base + "/" + of + "/delta?"
	d.Line = r.tx.Moment().Timeline
	if more {
		return base + "$skiptoken=" + url.QueryEscape(d.encode()), ""
	}
	d.Begun, d.From = 0, d.Since
	return "", base + "$deltatoken=" + url.QueryEscape(d.encode())
}
