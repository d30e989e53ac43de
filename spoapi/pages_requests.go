package spoapi

import (
	"net/http"
	"strconv"

	"github.com/tennantite/tennantite/emulator/drive"
	"github.com/tennantite/tennantite/emulator/problem"
	"github.com/tennantite/tennantite/emulator/sharing"
	"github.com/tennantite/tennantite/emulator/state"
)

// requestsPath is where a site lists the wishes to be let in (sharepoint.md 3.1), below its web.
const requestsPath = "access requests/pendingreq.aspx"

// requestLine is a wish on the page.
type requestLine struct {
	Number                  int
	Who, For, Message, When string
}

// requestsPage is {web}/Access Requests/pendingreq.aspx: owners approve or deny.
func requestsPage(p *page) (any, error) {
	at := drive.Place{Site: p.site}
	if answer, err := p.admit(at); answer != nil || err != nil {
		return answer, err
	}
	if err := p.require(at, state.RoleOwner); err != nil {
		return p.deniedAt(at, err)
	}
	if err := p.begin(); err != nil {
		return nil, err
	}
	all := p.accessRequests()
	if p.http.Method == http.MethodPost {
		if err := p.checkForm(); err != nil {
			return nil, err
		}
		if err := p.decide(all); err != nil {
			return nil, err
		}
		return redirect(p.here("") + p.back()), nil
	}
	var lines []requestLine
	for i, r := range all {
		if r.Status != sharing.RequestPending {
			continue
		}
		line := requestLine{Number: i + 1, Who: r.Email, Message: r.Message, When: p.when(r.CreatedAt)}
		if place, err := drive.PlaceOf(p.tx, p.tenant.ID, r.On); err == nil {
			line.For = placeName(place)
		}
		lines = append(lines, line)
	}
	return view{kind: "access-requests", title: "Access requests", body: "requests", data: lines}, nil
}

// decide answers the wish that the form names.
func (p *page) decide(all []state.AccessRequest) error {
	n, err := strconv.Atoi(p.form.Get("request"))
	if err != nil || n < 1 || n > len(all) {
		return problem.For(problem.NotFound, problem.ObjectNotFound, p.form.Get("request"), "There is no such request.")
	}
	role := state.RoleRead
	if p.form.Get("role") == "edit" {
		role = state.RoleWrite
	}
	return p.Sharing.DecideRequest(p.tx, p.caller, all[n-1], p.form.Get("action") == "accept", role, "", p.origin)
}
