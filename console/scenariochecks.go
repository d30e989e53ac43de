package console

import (
	"cmp"
	"strconv"

	"github.com/tennantite/tennantite/emulator/directory"
	"github.com/tennantite/tennantite/emulator/drive"
	"github.com/tennantite/tennantite/emulator/problem"
	"github.com/tennantite/tennantite/emulator/sharing"
	"github.com/tennantite/tennantite/emulator/state"
)

// expectation is what is to be so after a step. It is looked up in the state each time that the page is shown.
type expectation interface {
	// look says what is claimed, what is seen, and whether the two are one.
	look(c *call) check
}

// check is an expectation beside what is so.
type check struct {
	Claim, Seen string
	Holds       bool
}

// The expectations that scenarios are made of. In is the organisation whose state is looked at.
type (
	// guestIs: the directory shows somebody as a guest in this state; with nobody it does not show him.
	guestIs struct {
		In, Whom string
		State    state.ExternalState
	}
	// waits: so many of SharePoint's own invitations wait for somebody.
	waits struct {
		In, Whom string
		Many     int
	}
	// newest: the newest letter to somebody is of this kind.
	newest struct{ To, Kind string }
	// opens: somebody may open a place, or not.
	opens struct {
		In, Whom, Place string
		May             bool
	}
	// syncs: somebody may B2B-sync a place, or not.
	syncs struct {
		In, Whom, Place string
		May             bool
	}
	// inEra: an organisation follows a profile.
	inEra struct {
		In      string
		Profile state.Profile
	}
)

// nobody is the state of somebody whom the directory does not show.
const nobody state.ExternalState = ""

func (e guestIs) look(c *call) check {
	k := check{Claim: "the directory shows no " + e.Whom, Seen: "nobody"}
	if e.State != nobody {
		k.Claim = e.Whom + " is a guest: " + string(e.State)
	}
	t, _ := c.tx.TenantByPrefix(e.In)
	found := nobody
	for u := range c.tx.UsersByAddress(t.ID, e.Whom) {
		found = u.ExternalState
		k.Seen = u.DisplayName + ", " + cmp.Or(string(u.ExternalState), "no state")
	}
	k.Holds = found == e.State
	return k
}

func (e waits) look(c *call) check {
	k := check{Claim: "no invitation of SharePoint waits for " + e.Whom}
	if e.Many > 0 {
		k.Claim = count(e.Many, "invitation", "invitations") + " of SharePoint waits for " + e.Whom
	}
	t, _ := c.tx.TenantByPrefix(e.In)
	n := 0
	for i := range c.tx.SharingInvitationsTo(t.ID, e.Whom) {
		if i.State == state.SharingPending {
			n++
		}
	}
	k.Seen, k.Holds = strconv.Itoa(n), n == e.Many
	return k
}

func (e newest) look(c *call) check {
	k := check{Claim: "the newest letter to " + e.To + " is: " + e.Kind, Seen: "no letter"}
	for m := range c.tx.MessagesTo(e.To) {
		k.Seen, k.Holds = m.Kind, m.Kind == e.Kind
	}
	return k
}

// allowance claims what somebody may or may not do with a place; ok is false where there is no such place.
func (c *call) allowance(in, place, whom, verb string, may bool) (at drive.Place, k check, ok bool) {
	k.Claim = whom + " may not " + verb + " " + place
	if may {
		k.Claim = whom + " may " + verb + " " + place
	}
	at, err := c.placeAt(in, place)
	if err != nil {
		k.Seen = problem.As(err).Detail
	}
	return at, k, err == nil
}

func (e opens) look(c *call) check {
	at, k, ok := c.allowance(e.In, e.Place, e.Whom, "open", e.May)
	if !ok {
		return k
	}
	who := directory.Principal{Tenant: at.Site.TenantID, Email: e.Whom}
	if u, ok := directory.ObjectOf(c.tx, who.Tenant, directory.Discover(c.tx, e.Whom).Account); ok {
		who = directory.Principal{Tenant: who.Tenant, User: u}
	}
	v := verdictOf(c.Sharing.Explain(c.tx, who, sharing.ActionRead, at, ""))
	k.Holds, k.Seen = v.Allowed == e.May, "refused: "+cmp.Or(v.Text, v.Reason)
	if v.Allowed {
		k.Seen = "allowed by " + v.Setting
	}
	return k
}

func (e syncs) look(c *call) check {
	at, k, ok := c.allowance(e.In, e.Place, e.Whom, "sync", e.May)
	if !ok {
		return k
	}
	v := sharing.SyncEligibility(c.tx, e.Whom, at, state.Link{}, false, c.origin)
	k.Holds, k.Seen = v.Eligible == e.May, cmp.Or(v.Reason, "the Sync button is there")
	return k
}

func (e inEra) look(c *call) check {
	t, _ := c.tx.TenantByPrefix(e.In)
	return check{Claim: "the era is " + string(e.Profile), Seen: string(sharing.Era(t)), Holds: sharing.Era(t) == e.Profile}
}
