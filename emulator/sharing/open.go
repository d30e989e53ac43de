package sharing

import (
	"crypto/subtle"
	"slices"
	"strings"

	"github.com/tennantite/tennantite/emulator/directory"
	"github.com/tennantite/tennantite/emulator/drive"
	"github.com/tennantite/tennantite/emulator/problem"
	"github.com/tennantite/tennantite/emulator/state"
)

// OpenLink follows a sharing link. It fails with LinkNotFound, LinkExpired, LinkPasswordRequired, LinkPasswordWrong,
// AccessDenied, CodeRequired, GuestRequired, or with Unauthenticated where somebody has to sign in first. What it opens for
// an anonymous visitor is his who holds the link's id: [directory.Principal.LinkIDs].
func (m Manager) OpenLink(tx *state.Tx, token string, v Visit) (Landing, error) {
	l, at, err := FindLink(tx, v.Tenant, token)
	if err != nil {
		return Landing{}, err
	}
	o := opening{m: m, tx: tx, l: l, at: at, v: v}
	switch l.Scope {
	case state.LinkAnonymous:
		return o.anyone()
	case state.LinkOrganization:
		return o.organization()
	case state.LinkUsers:
	}
	return o.people()
}

// FindLink returns a living link by the token in its address, and where it leads. It fails with LinkNotFound or
// LinkExpired.
func FindLink(tx *state.Tx, tenant, token string) (state.Link, drive.Place, error) {
	l, ok := tx.LinkByToken(tenant, token)
	if !ok {
		return l, drive.Place{}, problem.New(problem.NotFound, problem.LinkNotFound, "The sharing link no longer exists, or you do not have permission to access it.")
	}
	if expired(tx, l.ExpiresAt) {
		return l, drive.Place{}, problem.New(problem.Expired, problem.LinkExpired, "The sharing link has expired.")
	}
	at, err := drive.PlaceOf(tx, tenant, l.On)
	if err != nil {
		return l, at, problem.New(problem.NotFound, problem.LinkNotFound, "What the link led to no longer exists.")
	}
	return l, at, nil
}

// opening is a link being followed.
type opening struct {
	m  Manager
	tx *state.Tx
	l  state.Link
	at drive.Place
	v  Visit
}

func (o *opening) landing(who directory.Principal) Landing {
	a := AccessTo(o.tx, who, o.at)
	return Landing{At: o.at, Guest: who.User, Link: o.l, Role: a.Role, URL: PlaceURL(o.tx, o.v.Origin, o.at)}
}

func (o *opening) used(who directory.Principal) {
	if !o.v.Peek {
		record(o.tx, who, o.at, act{operation: linkOperation(o.l.Scope, "Used"), to: person(who.User), sharingID: o.l.ID})
	}
}

// visitor is who follows the link, as far as the tenant knows him.
func (o *opening) visitor() directory.Principal {
	who := directory.Principal{Tenant: o.v.Tenant, Email: o.v.Email}
	if o.v.Account != (state.Account{}) {
		who.User, _ = directory.ObjectOf(o.tx, o.v.Tenant, o.v.Account)
		if who.User.ID == "" {
			who.User, _ = directory.PendingOf(o.tx, o.v.Tenant, o.v.Account)
		}
	}
	return who
}

// anyone opens a link for anyone: the password, if it has one, and the level decide.
func (o *opening) anyone() (Landing, error) {
	if o.l.Password != "" {
		switch {
		case o.v.Password == "":
			return Landing{}, problem.New(problem.Denied, problem.LinkPasswordRequired, "The link is protected by a password.")
		case subtle.ConstantTimeCompare([]byte(o.v.Password), []byte(o.l.Password)) != 1:
			return Landing{}, problem.New(problem.Denied, problem.LinkPasswordWrong, "The password is not correct.")
		}
	}
	t, _ := o.tx.Tenant(o.v.Tenant)
	level, setting := TenantLevel(t, o.at.Site)
	if err := checkLevel(level, setting, o.at.Site.Sharing.Capability, needAnyone); err != nil {
		return Landing{}, err
	}
	who := o.visitor()
	who.LinkIDs = []string{o.l.ID}
	o.used(who)
	return o.landing(who), nil
}

// organization opens a link for the organisation: it counts from then on for the member who opened it.
func (o *opening) organization() (Landing, error) {
	if o.v.Account == (state.Account{}) {
		return Landing{}, signIn()
	}
	who := o.visitor()
	if who.User.ID == "" || outsider(who.User) {
		return Landing{}, problem.For(problem.Denied, problem.AccessDenied, "scope", "The link works for people in the organisation.")
	}
	o.redeemed(who.User.ID)
	o.used(who)
	who.LinkIDs = []string{o.l.ID}
	return o.landing(who), nil
}

func signIn() error {
	return problem.New(problem.Unauthenticated, problem.None, "Sign in to open the link.")
}

func (o *opening) redeemed(user string) {
	if o.v.Peek || slices.Contains(o.l.Redeemed, user) {
		return
	}
	o.l.Redeemed = withID(o.l.Redeemed, user)
	o.l = o.tx.PutLink(o.l)
}

// people opens a link for specific people.
func (o *opening) people() (Landing, error) {
	if o.v.Account == (state.Account{}) {
		return o.byCode()
	}
	who := o.visitor()
	if who.User.ID != "" && who.User.Home.Kind == state.HomeUnknown && !o.v.Peek {
		u, err := o.m.inTime(o.tx, who.User, o.v.Account)
		if err != nil {
			return Landing{}, err
		}
		who.User = u
	}
	if who.User.ID != "" {
		if a := AccessTo(o.tx, who, o.at); a.Role != "" {
			o.entered(who)
			return o.landing(who), nil
		} else if a.Denied != nil {
			return Landing{}, a.Denied
		}
	}
	r, ok := o.recipient(directory.Addresses(o.tx, o.v.Account))
	switch {
	case !ok:
		return Landing{}, problem.New(problem.Denied, problem.AccessDenied, "The link was made for other people.")
	case r.InvitationID != "":
		landing, err := o.m.Redeem(o.tx, r.InvitationID, o.v)
		landing.Link = o.l
		return landing, err
	case r.ObjectID != "":
		return Landing{}, guestNeeded() // the guest whom it was for is gone
	}
	return o.addressOnly(r)
}

// addressOnly is somebody signed in whom an old link knows by address alone.
func (o *opening) addressOnly(r state.LinkRecipient) (Landing, error) {
	t, _ := o.tx.Tenant(o.v.Tenant)
	switch Era(t) {
	case state.ProfileB2BOnly:
		return Landing{}, guestNeeded()
	case state.ProfileB2B:
	case state.ProfileClassic, state.ProfileOTP:
		if sameAddress(o.v.Email, r.Email) {
			return o.byCode()
		}
		return Landing{}, codeNeeded(r.Email)
	}
	if o.v.Peek {
		return Landing{At: o.at, Link: o.l, Role: o.l.Role(), URL: PlaceURL(o.tx, o.v.Origin, o.at)}, nil
	}
	guest, err := o.m.guestOnBehalf(o.tx, o.maker(r), r.Email, o.at, o.v)
	if err != nil {
		return Landing{}, err
	}
	if guest, err = o.m.inTime(o.tx, guest, o.v.Account); err != nil {
		return Landing{}, err
	}
	o.l.Recipients = slices.Clone(o.l.Recipients)
	for n := range o.l.Recipients {
		if strings.EqualFold(o.l.Recipients[n].Email, r.Email) {
			o.l.Recipients[n].ObjectID = guest.ID
		}
	}
	o.l = o.tx.PutLink(o.l)
	who := directory.Principal{Tenant: o.v.Tenant, User: guest}
	o.entered(who)
	return o.landing(who), nil
}

// maker is on whose behalf an old link makes a guest: who invited, or made the link.
func (o *opening) maker(r state.LinkRecipient) directory.Principal {
	by := r.InvitedBy
	if by.UserID == "" && by.AppID == "" {
		by = o.l.CreatedBy
	}
	p := directory.Principal{Tenant: o.v.Tenant, AppID: by.AppID}
	p.User, _ = o.tx.User(o.v.Tenant, by.UserID)
	return p
}

// guestOnBehalf has the B2B manager make the guest whom an old share promised. It fails with GuestRequired where the
// sharer is gone or may not invite any more (sharepoint.md 8).
func (m Manager) guestOnBehalf(tx *state.Tx, by directory.Principal, address string, at drive.Place, v Visit) (state.User, error) {
	if m.B2B == nil || by.User.ID == "" && by.AppID == "" {
		return state.User{}, guestNeeded()
	}
	guest, _, err := m.B2B.InviteToShare(tx, by, address, PlaceURL(tx, v.Origin, at), v.Origin)
	if err != nil {
		return guest, &problem.Error{Kind: problem.Denied, Reason: problem.GuestRequired, Target: problem.As(err).Target, Detail: problem.As(guestNeeded()).Detail, Err: err}
	}
	return guest, nil
}

// entered notes that a person came in by the link: he is known to the site now.
func (o *opening) entered(who directory.Principal) {
	if o.v.Peek {
		return
	}
	// An entry that cannot be made (another object's login name) is what the access decision speaks of.
	_, _ = Join(o.tx, o.at.Site, who.User)
	if _, ok := o.recipient(addressesOf(who.User)); ok {
		o.redeemed(who.User.ID)
	}
	o.used(who)
}

// byCode opens the link for somebody who is not signed in: with a code, where the link knows him by address alone.
func (o *opening) byCode() (Landing, error) {
	t, _ := o.tx.Tenant(o.v.Tenant)
	if o.v.Email == "" {
		if !integrated(Era(t)) && slices.ContainsFunc(o.l.Recipients, CodeOnly) {
			return Landing{}, codeNeeded("")
		}
		return Landing{}, signIn()
	}
	r, ok := o.recipient([]string{strings.ToLower(o.v.Email)})
	switch {
	case !ok:
		return Landing{}, problem.New(problem.Denied, problem.AccessDenied, "The link was made for other people.")
	case !CodeOnly(r):
		return Landing{}, signIn()
	}
	who := directory.Principal{Tenant: o.v.Tenant, Email: o.v.Email}
	a := AccessTo(o.tx, who, o.at)
	switch {
	case a.Role != "":
	case a.Denied != nil:
		return Landing{}, a.Denied
	default:
		return Landing{}, a.Require(state.RoleRead)
	}
	if !o.v.Peek {
		if s, ok := o.tx.Site(o.v.Tenant, o.at.Site.ID); ok {
			drive.EnsureCodeUser(o.tx, s, r.Email)
		}
	}
	o.used(who)
	return o.landing(who), nil
}

func codeNeeded(email string) error {
	return problem.For(problem.Unauthenticated, problem.CodeRequired, email, "Prove your address with a code by mail.")
}

// CodeOnly tells whether a recipient of a link is known by address alone: he shows a code.
func CodeOnly(r state.LinkRecipient) bool { return r.ObjectID == "" && r.InvitationID == "" }

// recipient finds the recipient whom one of the addresses (lower case) means.
func (o *opening) recipient(addresses []string) (state.LinkRecipient, bool) {
	for _, r := range o.l.Recipients {
		if slices.Contains(addresses, strings.ToLower(r.Email)) {
			return r, true
		}
	}
	return state.LinkRecipient{}, false
}

// RecipientOf returns the recipient of a link by address.
func RecipientOf(l state.Link, email string) (state.LinkRecipient, bool) {
	o := opening{l: l}
	return o.recipient([]string{strings.ToLower(strings.TrimSpace(email))})
}
