package graphapi

import (
	"encoding/json"
	"net/url"
	"time"

	"github.com/tennantite/tennantite/emulator/odata"
	"github.com/tennantite/tennantite/emulator/problem"
)

// deltaState is what a token of a directory delta holds: the options of the first call, and how far the client is.
type deltaState struct {
	Since  uint64    `json:"s"`           // change number up to which the client has everything
	Begun  uint64    `json:"b,omitempty"` // of the first enumeration: the last change number when it began
	From   uint64    `json:"f,omitempty"` // change number that the round began behind
	Select []string  `json:"p,omitempty"`
	IDs    []string  `json:"i,omitempty"`
	Issued time.Time `json:"t"`
}

// deltaLife is how long the state of a directory delta is kept (GD:con/delta-query-overview).
const deltaLife = 7 * 24 * time.Hour

// deltaToken is the token for a state of the delta of users or groups.
func (r *request) deltaToken(of string, d deltaState) string {
	body, err := json.Marshal(d)
	if err != nil {
		return "" // text and numbers always encode
	}
	return r.tx.Seal("delta of "+of, body)
}

// deltaStateOf reads a token. It fails with Malformed for one that is none of ours, and with ResyncRequired for one whose
// state is gone: too old, or of a world that was put back since.
func (r *request) deltaStateOf(token, of string) (deltaState, error) {
	var d deltaState
	body, passed, ok := r.tx.Unseal("delta of "+of, token)
	if !ok || json.Unmarshal(body, &d) != nil {
		return deltaState{}, problem.For(problem.Invalid, problem.Malformed, "$deltatoken", "Badly formed token.")
	}
	if !passed || r.tx.Now().Sub(d.Issued) > deltaLife {
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
	d = deltaState{Select: q.Select, Begun: r.tx.Sequence()}
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
	d.Issued = r.tx.Now()
	if more {
		return base + "$skiptoken=" + url.QueryEscape(r.deltaToken(of, d)), ""
	}
	d.Begun, d.From = 0, d.Since
	return "", base + "$deltatoken=" + url.QueryEscape(r.deltaToken(of, d))
}
