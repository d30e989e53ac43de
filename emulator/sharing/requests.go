package sharing

import (
	"strings"

	"github.com/tennantite/tennantite/emulator/directory"
	"github.com/tennantite/tennantite/emulator/drive"
	"github.com/tennantite/tennantite/emulator/links"
	"github.com/tennantite/tennantite/emulator/mail"
	"github.com/tennantite/tennantite/emulator/problem"
	"github.com/tennantite/tennantite/emulator/state"
)

// States of a wish to be let in.
const (
	RequestPending  = "pending"
	RequestApproved = "approved"
	RequestDenied   = "denied"
)

// RequestAccess notes that somebody wishes to be let in, and tells whom the site names, else its owners. email is the
// address of somebody who is not in the directory. Asking again while the wish is pending changes nothing. It fails with
// AccessDenied where the tenant turned such requests off for OneDrive.
func RequestAccess(tx *state.Tx, who directory.Principal, email string, at drive.Place, message string, o links.Origin) (state.AccessRequest, error) {
	t, _ := tx.Tenant(at.Site.TenantID)
	if at.Site.Personal && t.Sharing.ODBAccessRequests == switchedOff {
		return state.AccessRequest{}, problem.For(problem.Denied, problem.AccessDenied, "ODBAccessRequests", "Access to this OneDrive cannot be asked for.")
	}
	r := state.AccessRequest{
		TenantID: at.Site.TenantID, ID: tx.NewID(), SiteID: at.Site.ID, On: at.Securable(), UserID: who.User.ID, Email: email,
		Message: message, Status: RequestPending, CreatedAt: tx.Now(),
	}
	p := Party{Kind: KindNewAddress, Address: email, Title: email}
	if who.User.ID != "" {
		p = person(who.User)
		r.Email = p.Address
	}
	if r.Email == "" {
		return r, problem.For(problem.Invalid, problem.MissingProperty, "email", "Say who asks.")
	}
	for old := range tx.AccessRequests(r.TenantID, r.SiteID) {
		if old.On == r.On && strings.EqualFold(old.Email, r.Email) && old.Status == RequestPending {
			return old, nil
		}
	}
	tx.PutAccessRequest(r)
	record(tx, who, at, act{operation: "AccessRequestCreated", to: p, sharingID: r.ID})
	text := p.Title + " (" + r.Email + ") asks for access to " + title(at) + "."
	if to := at.Site.AccessRequestEmail; to != "" {
		mail.Send(tx, mail.Letter{
			TenantID: r.TenantID, To: to, Kind: mail.Notification, Subject: p.Title + " wants to access " + title(at), Body: []string{text}, Quote: message,
			Links: []mail.Link{{Kind: mail.Notification, URL: PlaceURL(tx, o, at), Label: title(at)}},
		})
		return r, nil
	}
	notify(tx, at, p.Title+" wants to access "+title(at), text, PlaceURL(tx, o, at))
	return r, nil
}

// DecideRequest answers a wish: approving shares the place as anybody would share it, so the same rules hold. It fails with
// AccessDenied, ObjectConflict for a wish that was answered, or the reasons of [Manager.Share].
func (m Manager) DecideRequest(tx *state.Tx, by directory.Principal, r state.AccessRequest, approve bool, role state.Role, note string, o links.Origin) error {
	at, err := drive.PlaceOf(tx, r.TenantID, r.On)
	if err != nil {
		return err
	}
	if err := Require(tx, by, at, state.RoleWrite); err != nil {
		return err
	}
	if r.Status != RequestPending {
		return problem.For(problem.Conflict, problem.ObjectConflict, r.ID, "The request has been answered already.")
	}
	operation := "AccessRequestDenied"
	r.Status = RequestDenied
	if approve {
		operation, r.Status = "AccessRequestApproved", RequestApproved
		to := Recipient{Email: r.Email}
		if r.UserID != "" {
			to = Recipient{ObjectID: r.UserID}
		}
		done, err := m.Share(tx, by, ShareRequest{At: at, Recipients: []Recipient{to}, Role: role, RequireSignIn: true, SendMail: true, Message: note, Origin: o})
		if err != nil {
			return err
		}
		if done[0].Err != nil {
			return done[0].Err
		}
	}
	tx.PutAccessRequest(r)
	record(tx, by, at, act{operation: operation, to: Party{Kind: KindNewAddress, Address: r.Email, Title: r.Email}, sharingID: r.ID})
	return nil
}

// Forward mails a place's address to people without changing what they may. It fails as [Manager.Share] does where the
// sender may not see the place, or nobody could be found.
func (m Manager) Forward(tx *state.Tx, by directory.Principal, at drive.Place, to []Recipient, subject, message string, o links.Origin) ([]Shared, error) {
	if err := Require(tx, by, at, state.RoleRead); err != nil {
		return nil, err
	}
	d := m.deal(tx, by, at, o)
	out := make([]Shared, 0, len(to))
	found := false
	for _, r := range to {
		s := Shared{Recipient: r, Email: r.Email}
		p, err := Resolve(tx, at.Site, r)
		if err == nil && p.Address == "" {
			err = problem.For(problem.Invalid, problem.RecipientUnresolved, r.text(), "Couldn't resolve the users.")
		}
		if s.Err = err; err == nil {
			found = true
			s.Email, s.User, s.Known = p.Address, p.User, p.User.ID != ""
			d.sendShared(p, ShareRequest{Subject: subject, Message: message}, PlaceURL(tx, o, at))
		}
		out = append(out, s)
	}
	if !found {
		return nil, problem.New(problem.Invalid, problem.RecipientUnresolved, "Couldn't resolve the users.")
	}
	return out, nil
}

// Pending lists a site's invitations that wait to be redeemed, of one address or ("") of all; those that have expired are
// among them, with their date.
func Pending(tx *state.Tx, tenant, site, email string) []state.SharingInvitation {
	var out []state.SharingInvitation
	for i := range tx.SharingInvitationsAt(tenant, site) {
		if i.State == state.SharingPending && (email == "" || strings.EqualFold(i.Email, email)) {
			out = append(out, i)
		}
	}
	return out
}
