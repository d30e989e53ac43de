package sharing

import (
	"slices"
	"strings"
	"time"

	"github.com/tennantite/tennantite/emulator/directory"
	"github.com/tennantite/tennantite/emulator/drive"
	"github.com/tennantite/tennantite/emulator/links"
	"github.com/tennantite/tennantite/emulator/problem"
	"github.com/tennantite/tennantite/emulator/state"
)

// addRecipients makes a specific-people link good for the request's recipients. One who is refused fails the request.
func (d *deal) addRecipients(l state.Link, r LinkRequest) (state.Link, error) {
	l.Recipients = slices.Clone(l.Recipients)
	for _, recipient := range r.Recipients {
		p, err := Resolve(d.tx, d.at.Site, recipient)
		if err != nil {
			return l, err
		}
		if l, err = d.addRecipient(l, p, r); err != nil {
			return l, err
		}
	}
	return d.tx.PutLink(l), nil
}

// addRecipient decides about one recipient and does what his kind needs; the link is not stored yet.
func (d *deal) addRecipient(l state.Link, p Party, r LinkRequest) (state.Link, error) {
	way, err := d.decide(p)
	if err != nil {
		d.blocked(p, err)
		return l, err
	}
	mailed := ShareRequest{Subject: r.Subject, Message: r.Message, SendMail: r.SendMail, Role: l.Role()}
	to := state.LinkRecipient{Email: p.Address, ObjectID: p.User.ID, InvitedBy: d.by.Actor(), At: d.tx.Now()}
	send := func() { d.sendShared(p, mailed, copyFor(LinkURL(d.tx, d.origin, l), p.Address)) }
	switch way {
	case AskB2B:
		guest, redeem, err := d.inviteGuest(p.Address)
		if err != nil {
			return l, err
		}
		p = person(guest)
		to.ObjectID, to.Email = guest.ID, p.Address
		send = func() { d.sendB2B(p.Address, mailed, redeem) }
	case Invite:
		i := d.newInvitation(p.Address, l.Role())
		i.LinkID, i.Message = l.ID, r.Message
		d.tx.PutSharingInvitation(i)
		d.record(SharingInvitationCreated, p, "")
		to.InvitationID = i.ID
		send = func() { d.sendInvitation(i, mailed) }
	case GrantNow, Code, Refused, Link:
	}
	if p.User.ID == "" && !p.Kind.New() {
		return l, problem.For(problem.Invalid, problem.RecipientUnresolved, p.Title, "A link for specific people is for people.")
	}
	l.Recipients = slices.DeleteFunc(l.Recipients, func(old state.LinkRecipient) bool {
		return to.ObjectID != "" && old.ObjectID == to.ObjectID || old.ObjectID == "" && strings.EqualFold(old.Email, to.Email)
	})
	l.Recipients = append(l.Recipients, to)
	record(d.tx, d.by, d.at, act{operation: AddedToSecureLink, to: p, sharingID: l.ID})
	if p.User.ID != "" {
		if _, err := Join(d.tx, d.at.Site, p.User); err != nil {
			return l, err
		}
	}
	if r.SendMail && p.Address != "" {
		send()
	}
	return l, nil
}

// AddRecipients adds people to a link for specific people (permission/grant). It fails as [Manager.CreateLink] does.
func (m Manager) AddRecipients(tx *state.Tx, by directory.Principal, l state.Link, r LinkRequest) (state.Link, error) {
	d := m.deal(tx, by, r.At, r.Origin)
	if err := d.allowed(); err != nil {
		return l, err
	}
	l, err := d.addRecipients(l, r)
	if err == nil {
		record(tx, by, r.At, act{operation: linkOperation(l.Scope, "Updated"), sharingID: l.ID})
	}
	return l, err
}

// codeLink is how era otp shares a file or folder with somebody new: a link for him alone, opened with a code by mail.
func (d *deal) codeLink(p Party, r ShareRequest, s *Shared) error {
	request := LinkRequest{
		At: r.At, Scope: state.LinkUsers, Type: typeOf(r.Role), ExpiresAt: r.ExpiresAt, SendMail: r.SendMail, Message: r.Message,
		AppID: d.by.AppID, Origin: r.Origin,
	}
	l, err := d.addRecipient(d.newLink(request), p, request)
	if err != nil {
		return err
	}
	s.Link = d.tx.PutLink(l)
	s.InvitationURL = copyFor(LinkURL(d.tx, d.origin, l), p.Address)
	return nil
}

// openLink shares with somebody new without asking him to sign in: a link for anyone, sent to him.
func (d *deal) openLink(p Party, r ShareRequest, s *Shared) error {
	l, _, err := d.m.CreateLink(d.tx, d.by, LinkRequest{
		At: r.At, Scope: state.LinkAnonymous, Type: typeOf(r.Role), Password: r.Password, ExpiresAt: r.ExpiresAt, AppID: d.by.AppID, Origin: r.Origin,
	})
	if err != nil {
		return err
	}
	s.Link, s.InvitationURL = l, LinkURL(d.tx, d.origin, l)
	if r.SendMail {
		d.sendShared(p, r, s.InvitationURL)
	}
	return nil
}

func typeOf(r state.Role) string {
	if r == state.RoleRead {
		return LinkView
	}
	return LinkEdit
}

// LinkChange is what of a link can be changed; nil stays.
type LinkChange struct {
	Type        *string
	Password    *string // "" takes it away
	ExpiresAt   *time.Time
	Description *string
	Add, Remove []Recipient // of a link for specific people
	SendMail    bool        // to those who are added
	Subject     string
	Message     string
	Origin      links.Origin
}

// UpdateLink changes a link. It fails as [Manager.CreateLink] does.
func (m Manager) UpdateLink(tx *state.Tx, by directory.Principal, l state.Link, c LinkChange) (state.Link, error) {
	at, err := drive.PlaceOf(tx, l.TenantID, l.On)
	if err != nil {
		return l, err
	}
	d := m.deal(tx, by, at, c.Origin)
	if err := d.allowed(); err != nil {
		return l, err
	}
	if l, err = d.change(l, c); err != nil {
		return l, err
	}
	l = d.removeRecipients(l, c.Remove)
	if len(c.Add) > 0 {
		r := LinkRequest{At: at, Recipients: c.Add, SendMail: c.SendMail, Subject: c.Subject, Message: c.Message, Origin: c.Origin}
		if l, err = d.addRecipients(l, r); err != nil {
			return l, err
		}
	}
	l.ModifiedAt, l.ModifiedBy = tx.Now(), by.Actor()
	l = tx.PutLink(l)
	record(tx, by, at, act{operation: linkOperation(l.Scope, "Updated"), sharingID: l.ID})
	if l.Scope == state.LinkAnonymous {
		notifyAnonymous(tx, by, at, c.Origin)
	}
	return l, nil
}

// change applies what of a change concerns the link itself, by the rules for a new link.
func (d *deal) change(l state.Link, c LinkChange) (state.Link, error) {
	r := LinkRequest{At: d.at, Scope: l.Scope, Type: l.Type}
	if c.Type != nil {
		r.Type = *c.Type
	}
	if c.Password != nil {
		r.Password = *c.Password
	}
	if c.ExpiresAt != nil {
		r.ExpiresAt = *c.ExpiresAt
	}
	if err := d.checkLink(&r); err != nil {
		return l, err
	}
	if l.Scope == state.LinkAnonymous {
		edit := r.Type == LinkEdit || r.Type == LinkCreateOnly
		if _, err := Decide(Question{Policy: d.policy, By: d.sharer, Item: d.item(), Edit: edit, To: Whom{Kind: KindAnyone}}); err != nil {
			return l, err
		}
	}
	l.Type = r.Type
	if c.Password != nil {
		l.Password, l.PasswordAt = r.Password, d.tx.Now()
	}
	if c.ExpiresAt != nil {
		if l.ExpiresAt = r.ExpiresAt; l.Scope == state.LinkAnonymous {
			l.ExpiresAt = d.bounded(r.ExpiresAt)
		}
	}
	if c.Description != nil {
		l.Description = *c.Description
	}
	return l, nil
}

// removeRecipients takes people out of a link; what it gave them ends.
func (d *deal) removeRecipients(l state.Link, who []Recipient) state.Link {
	out := map[string]bool{} // addresses and object ids, lower case
	for _, w := range who {
		out[strings.ToLower(w.text())] = true
		if p, err := Resolve(d.tx, d.at.Site, w); err == nil {
			out[strings.ToLower(p.Address)], out[strings.ToLower(p.User.ID)] = true, true
		}
	}
	delete(out, "")
	var left []state.LinkRecipient
	for _, r := range l.Recipients {
		if !out[strings.ToLower(r.Email)] && !out[strings.ToLower(r.ObjectID)] {
			left = append(left, r)
			continue
		}
		d.endRecipient(l, r)
	}
	l.Recipients = left
	return l
}

func (d *deal) endRecipient(l state.Link, r state.LinkRecipient) {
	if i, ok := d.tx.SharingInvitation(l.TenantID, r.InvitationID); ok && i.State == state.SharingPending {
		i.State = state.SharingWithdrawn
		d.tx.PutSharingInvitation(i)
	}
	p := Party{Kind: KindNewAddress, Address: r.Email}
	if u, ok := d.tx.User(l.TenantID, r.ObjectID); ok {
		p = person(u)
	}
	record(d.tx, d.by, d.at, act{operation: RemovedFromSecureLink, to: p, sharingID: l.ID})
}

// DeleteLink removes a link and with it what it gave. It fails with AccessDenied.
func (m Manager) DeleteLink(tx *state.Tx, by directory.Principal, l state.Link) error {
	at, err := drive.PlaceOf(tx, l.TenantID, l.On)
	if err == nil {
		if err := Require(tx, by, at, state.RoleWrite); err != nil {
			return err
		}
	}
	d := m.deal(tx, by, at, links.Origin{})
	for _, r := range l.Recipients {
		d.endRecipient(l, r)
	}
	for p := range tx.PermissionsAt(l.TenantID, l.On.SiteID) {
		if p.To == state.ToSiteGroup && p.SiteGroup == l.GroupID && l.GroupID != 0 {
			tx.DeletePermission(p)
		}
	}
	if g, ok := tx.SiteGroup(l.TenantID, l.On.SiteID, l.GroupID); ok && g.LinkID == l.ID {
		tx.DeleteSiteGroup(g)
	}
	tx.DeleteLink(l)
	record(tx, by, at, act{operation: linkOperation(l.Scope, "Removed"), sharingID: l.ID})
	return nil
}

// leaveLinks takes somebody who leaves a site out of the links that are for him or that he opened.
func leaveLinks(tx *state.Tx, by directory.Principal, s state.Site, u state.SiteUser) {
	for l := range tx.LinksAt(s.TenantID, s.ID) {
		recipients := slices.DeleteFunc(slices.Clone(l.Recipients), func(r state.LinkRecipient) bool {
			return u.ObjectID != "" && strings.EqualFold(r.ObjectID, u.ObjectID) || u.ObjectID == "" && CodeOnly(r) && sameAddress(r.Email, u.Email)
		})
		redeemed := slices.DeleteFunc(slices.Clone(l.Redeemed), func(id string) bool { return u.ObjectID != "" && strings.EqualFold(id, u.ObjectID) })
		if len(recipients) == len(l.Recipients) && len(redeemed) == len(l.Redeemed) {
			continue
		}
		l.Recipients, l.Redeemed = recipients, redeemed
		tx.PutLink(l)
		if at, err := drive.PlaceOf(tx, l.TenantID, l.On); err == nil {
			record(tx, by, at, act{operation: RemovedFromSecureLink, to: Party{Kind: KindNewAddress, Address: u.Email, Title: u.Title}, sharingID: l.ID})
		}
	}
}
