package sharing

import (
	"net/url"
	"slices"
	"strings"

	"github.com/tennantite/tennantite/emulator/directory"
	"github.com/tennantite/tennantite/emulator/drive"
	"github.com/tennantite/tennantite/emulator/links"
	"github.com/tennantite/tennantite/emulator/mail"
	"github.com/tennantite/tennantite/emulator/problem"
	"github.com/tennantite/tennantite/emulator/state"
)

func siteURL(tx *state.Tx, o links.Origin, s state.Site) string {
	t, _ := tx.Tenant(s.TenantID)
	return o.Site(t.SharePointPrefix(), s.Personal, s.Path)
}

// PlaceURL is a place's own address.
func PlaceURL(tx *state.Tx, o links.Origin, at drive.Place) string {
	base := siteURL(tx, o, at.Site)
	switch {
	case at.Item.ID != "" && !at.Item.Root():
		t, _ := tx.Tenant(at.Site.TenantID)
		h := links.Root
		if at.Site.Personal {
			h = links.My
		}
		return o.SharePoint(t.SharePointPrefix(), h) + links.EscapePath(drive.ServerPath(tx, at.Site, at.List, at.Item))
	case at.List.ID != "":
		return base + links.EscapePath("/"+at.List.Path)
	}
	return base
}

// title is what a place is called in a letter.
func title(at drive.Place) string {
	switch {
	case at.Item.ID != "" && !at.Item.Root():
		return at.Item.Name
	case at.List.ID != "":
		return at.List.Title
	}
	return at.Site.Title
}

// sharerName is how a letter calls who shared.
func (d *deal) sharerName() string {
	a := d.by.Actor()
	switch {
	case a.Name != "":
		return a.Name
	case d.by.AppID != "":
		if sp, ok := directory.ServicePrincipalByAppID(d.tx, d.tenant.ID, d.by.AppID); ok {
			return sp.DisplayName
		}
	}
	return d.tenant.DisplayName
}

// send writes a letter to an external or internal recipient; copies of external ones go where the tenant asks for them.
func (d *deal) send(l mail.Letter, external bool) {
	l.TenantID = d.tenant.ID
	if l.Subject == "" {
		l.Subject = d.sharerName() + ` shared "` + title(d.at) + `" with you.`
	}
	if l.Footer == "" {
		l.Footer = "Sent by the SharePoint of " + d.tenant.DisplayName
	}
	mail.Send(d.tx, l)
	if !external || !d.tenant.Sharing.BccExternalSharingInvitations {
		return
	}
	blind := l
	for a := range strings.SplitSeq(d.tenant.Sharing.BccExternalSharingInvitationsList, ",") {
		if blind.To = strings.TrimSpace(a); blind.To != "" {
			blind.Kind = mail.Notification
			mail.Send(d.tx, blind)
		}
	}
}

// sendShared tells somebody who needs no invitation.
func (d *deal) sendShared(p Party, r ShareRequest, address string) {
	d.send(mail.Letter{
		To: p.Address, Kind: mail.SharingLink, Subject: r.Subject, Quote: r.Message,
		Body:  []string{d.sharerName() + ` shared "` + title(d.at) + `" with you.`},
		Links: []mail.Link{{Kind: mail.SharingLink, URL: address, Label: "Open " + title(d.at)}},
	}, p.User.ID == "" || outsider(p.User))
}

// sendInvitation writes SharePoint's own invitation.
func (d *deal) sendInvitation(i state.SharingInvitation, r ShareRequest) {
	d.send(mail.Letter{
		To: i.Email, Kind: mail.SharingInvitation, Subject: r.Subject, Quote: r.Message,
		Body: []string{
			d.sharerName() + " of " + d.tenant.DisplayName + ` shared "` + title(d.at) + `" with you.`,
			"Sign in with a work or school account, or with a Microsoft account, to accept the invitation.",
		},
		Links: []mail.Link{{Kind: mail.SharingInvitation, URL: InvitationURL(d.tx, d.origin, i), Label: "Go to " + title(d.at)}},
	}, true)
}

// sendB2B writes to a guest whom the B2B manager made for this share.
func (d *deal) sendB2B(to string, r ShareRequest, redeem string) {
	d.send(mail.Letter{
		To: to, Kind: mail.B2BInvitation, Subject: r.Subject, Quote: r.Message,
		Body: []string{
			d.sharerName() + ` shared "` + title(d.at) + `" with you.`,
			"You are a guest of " + d.tenant.DisplayName + " now; accept its permission request at the first visit.",
		},
		Links: []mail.Link{
			{Kind: mail.B2BInvitation, URL: redeem, Label: "Accept and open " + title(d.at)},
			{Kind: mail.SharingLink, URL: PlaceURL(d.tx, d.origin, d.at), Label: title(d.at)},
		},
	}, true)
}

// copyFor is the address of a link as its recipient gets it: his own, so that the page need not ask who he is.
func copyFor(address, email string) string { return address + "?email=" + url.QueryEscape(email) }

// notify writes to the owner of the place: of a OneDrive its person, else the owners of the site.
func notify(tx *state.Tx, at drive.Place, subject, text, address string) {
	for _, to := range ownerAddresses(tx, at.Site) {
		mail.Send(tx, mail.Letter{
			TenantID: at.Site.TenantID, To: to, Kind: mail.Notification, Subject: subject, Body: []string{text},
			Links: []mail.Link{{Kind: mail.Notification, URL: address, Label: title(at)}},
		})
	}
}

func ownerAddresses(tx *state.Tx, s state.Site) []string {
	if s.Personal {
		if u, ok := tx.User(s.TenantID, s.OwnerID); ok {
			return []string{person(u).Address}
		}
		return nil
	}
	g, _ := tx.SiteGroup(s.TenantID, s.ID, s.OwnersGroup)
	var list []string
	for _, n := range g.MemberIDs {
		e, ok := tx.SiteUser(s.TenantID, s.ID, n)
		if !ok || e.Removed {
			continue
		}
		if c := parseClaim(e.LoginName); c.kind == claimOwners {
			for m := range tx.Memberships(s.TenantID, c.id, state.Owners) {
				if u, ok := tx.User(s.TenantID, m.MemberID); ok {
					list = append(list, person(u).Address)
				}
			}
			continue
		}
		if e.Email != "" {
			list = append(list, e.Email)
		}
	}
	slices.Sort(list)
	return slices.Compact(list)
}

// notifyReshared tells the owner of a OneDrive that somebody else shared out of it (NotifyOwnersWhenItemsReshared).
func (d *deal) notifyReshared(p Party) {
	if !d.tenant.Sharing.NotifyOwnersWhenItemsReshared || !d.at.Site.Personal || d.by.System ||
		strings.EqualFold(d.by.User.ID, d.at.Site.OwnerID) || p.User.ID == "" || !outsider(p.User) {
		return
	}
	notify(d.tx, d.at, title(d.at)+" was shared again",
		d.sharerName()+" shared "+title(d.at)+" with "+p.Address+".", PlaceURL(d.tx, d.origin, d.at))
}

// notifyAnonymous tells the owner of a OneDrive that a link for anyone was made or changed (OwnerAnonymousNotification).
func notifyAnonymous(tx *state.Tx, by directory.Principal, at drive.Place, o links.Origin) {
	t, _ := tx.Tenant(at.Site.TenantID)
	if !t.Sharing.OwnerAnonymousNotification || !at.Site.Personal || by.System || strings.EqualFold(by.User.ID, at.Site.OwnerID) {
		return
	}
	notify(tx, at, "A link for anyone to "+title(at), by.Actor().Name+" made or changed a link for anyone to "+title(at)+".", PlaceURL(tx, o, at))
}

// notifyAccepted tells the owner of a OneDrive that an invitation was accepted (NotifyOwnersWhenInvitationsAccepted).
func notifyAccepted(tx *state.Tx, at drive.Place, i state.SharingInvitation, o links.Origin) {
	t, _ := tx.Tenant(at.Site.TenantID)
	if !t.Sharing.NotifyOwnersWhenInvitationsAccepted || !at.Site.Personal {
		return
	}
	who := i.Email
	if !strings.EqualFold(i.AcceptedAs, i.Email) {
		who += " (as " + i.AcceptedAs + ")"
	}
	notify(tx, at, i.Email+" accepted the invitation to "+title(at), who+" accepted the invitation to "+title(at)+".", PlaceURL(tx, o, at))
}

func isDomainRefusal(err error) bool {
	r := problem.ReasonOf(err)
	return err != nil && (r == problem.SharingDomainBlocked || r == problem.SiteDomainBlocked || r == problem.InviteDomainBlocked)
}
