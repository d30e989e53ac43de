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

// deal is one act of sharing under way: who, where, by which rules.
type deal struct {
	m      Manager
	tx     *state.Tx
	by     directory.Principal
	tenant state.Tenant
	at     drive.Place
	origin links.Origin
	policy Policy
	sharer Sharer
}

func (m Manager) deal(tx *state.Tx, by directory.Principal, at drive.Place, o links.Origin) *deal {
	t, _ := tx.Tenant(at.Site.TenantID)
	d := &deal{m: m, tx: tx, by: by, tenant: t, at: at, origin: o, policy: policyAt(t, at)}
	d.sharer = Sharer{
		Role: AccessTo(tx, by, at).Role, Outsider: by.User.ID != "" && outsider(by.User), App: by.AppOnly(), Administered: by.System,
	}
	d.sharer.MayAnyone, d.sharer.MayGuests = mayShareOutside(tx, t, by)
	return d
}

// item tells whether a file or folder is shared, rather than a site or a library.
func (d *deal) item() bool { return d.at.Item.ID != "" && !d.at.Item.Root() }

// decide asks [Decide] about one recipient.
func (d *deal) decide(p Party) (Way, error) {
	return Decide(Question{Policy: d.policy, By: d.sharer, Item: d.item(), To: Whom{Kind: p.Kind, Address: p.Address, InSite: d.inSite(p)}})
}

// allowed tells whether the sharer may share here with somebody of his own organisation who is in the site.
func (d *deal) allowed() error {
	_, err := Decide(Question{Policy: d.policy, By: d.sharer, Item: d.item(), To: Whom{Kind: KindMember, InSite: true}})
	return err
}

// inSite tells whether a party has access to the site or the place already. Only a guest who shares is asked that.
func (d *deal) inSite(p Party) bool {
	if !d.sharer.Outsider || p.User.ID == "" {
		return p.Site.ID != 0
	}
	if e, ok := d.tx.SiteUserByObject(d.tenant.ID, d.at.Site.ID, p.User.ID); ok && !e.Removed {
		return true
	}
	who := directory.Principal{Tenant: d.tenant.ID, User: p.User}
	return AccessTo(d.tx, who, d.at).Role != ""
}

// Share shares a place with each recipient. A refusal that concerns the sharer or the place fails the whole call; one
// that concerns a recipient stands in his Err, and nothing was done for him. Reasons are those of the sharing manager in
// package problem; the error's target names the setting that decided. Where nobody at all could be found the call fails with
// RecipientUnresolved.
func (m Manager) Share(tx *state.Tx, by directory.Principal, r ShareRequest) ([]Shared, error) {
	d := m.deal(tx, by, r.At, r.Origin)
	if err := d.allowed(); err != nil {
		return nil, err
	}
	if err := d.checkRequest(&r); err != nil {
		return nil, err
	}
	out := make([]Shared, 0, len(r.Recipients))
	var nobody error
	for _, recipient := range r.Recipients {
		s := Shared{Recipient: recipient, Email: recipient.Email}
		p, err := Resolve(tx, r.At.Site, recipient)
		if err == nil {
			s.Email = p.Address
			err = d.shareWith(p, r, &s)
		}
		if s.Err = err; err != nil {
			s = Shared{Recipient: recipient, Email: s.Email, Err: err}
		}
		if problem.ReasonOf(err) == problem.RecipientUnresolved && err != nil {
			nobody = err
		}
		out = append(out, s)
	}
	if nobody != nil && !slices.ContainsFunc(out, func(s Shared) bool { return problem.ReasonOf(s.Err) != problem.RecipientUnresolved || s.Err == nil }) {
		return nil, nobody
	}
	return out, nil
}

// checkRequest completes the role and refuses what no site has.
func (d *deal) checkRequest(r *ShareRequest) error {
	invalid := problem.New(problem.Invalid, problem.RoleInvalid, "The selected permission level is not valid.")
	if r.GroupID != 0 {
		g, ok := d.tx.SiteGroup(d.tenant.ID, r.At.Site.ID, r.GroupID)
		if !ok || g.LinkID != "" {
			return invalid
		}
		return nil
	}
	if r.RoleDefID != 0 {
		role, ok := RoleOfDefinition(r.RoleDefID)
		if !ok {
			return invalid
		}
		r.Role = role
	}
	if r.Role.Rank() == 0 {
		return invalid
	}
	if r.RoleDefID == 0 {
		r.RoleDefID = definitionOf(r.Role)
	}
	if r.Role.Rank() > d.sharer.Role.Rank() && !d.sharer.Administered {
		return problem.For(problem.Denied, problem.AccessDenied, "role", "nobody can give more than he has")
	}
	if !r.ExpiresAt.IsZero() && !r.ExpiresAt.After(d.tx.Now()) {
		return problem.For(problem.Invalid, problem.InvalidProperty, "expirationDateTime", "the time of expiry is over already")
	}
	return nil
}

// RoleOfDefinition is the role behind a permission level by its number (sharepoint.md 4.3).
func RoleOfDefinition(id int) (state.Role, bool) {
	d, ok := levelOf(id)
	return d.Role, ok && d.Role != ""
}

func definitionOf(r state.Role) int {
	switch r {
	case state.RoleOwner:
		return fullControlLevel
	case state.RoleWrite:
		return contributeLevel
	case state.RoleRead:
	}
	return readLevel
}

// shareWith carries out one recipient's share.
func (d *deal) shareWith(p Party, r ShareRequest, s *Shared) error {
	if p.Kind.New() && r.Anonymous {
		return d.openLink(p, r, s)
	}
	way, err := d.decide(p)
	if err != nil {
		d.blocked(p, err)
		return err
	}
	if p.Kind.New() && r.LinkWithheld && !r.SendMail {
		return problem.For(problem.Invalid, problem.InvalidProperty, "sendInvitation", "somebody who is not in the directory needs an invitation by mail")
	}
	switch way {
	case GrantNow:
		s.Known = p.Kind != KindGroup
		return d.grant(p, r, s)
	case AskB2B:
		return d.askB2B(p, r, s)
	case Code:
		return d.codeLink(p, r, s)
	case Invite:
		return d.invite(p, r, s)
	case Refused, Link:
	}
	return problem.New(problem.Internal, problem.None, "no way to share with a recipient of kind %d", p.Kind)
}

// grant gives the permission at once, or puts the party into the asked group, and tells him by mail.
func (d *deal) grant(p Party, r ShareRequest, s *Shared) error {
	s.User = p.User
	entry, err := d.enter(p)
	if err != nil {
		return err
	}
	s.SiteUser = entry
	switch {
	case r.GroupID != 0 && p.Site.ID != 0:
		return problem.New(problem.Invalid, problem.NestingNotAllowed, "a group of the site cannot be in another one")
	case r.GroupID != 0:
		d.addToGroup(r.GroupID, entry.ID, p)
		s.Group = r.GroupID
	default:
		s.Permission = d.put(p, r)
		d.record(SharingSet, p, "")
		if r.Propagate {
			d.push(s.Permission)
		}
	}
	if r.SendMail && p.Address != "" {
		d.sendShared(p, r, PlaceURL(d.tx, d.origin, d.at))
	}
	d.notifyReshared(p)
	return nil
}

// enter makes the party known to the site. A person's days as a guest begin.
func (d *deal) enter(p Party) (state.SiteUser, error) {
	switch {
	case p.Site.ID != 0:
		return state.SiteUser{}, nil
	case p.User.ID != "":
		return Join(d.tx, d.at.Site, p.User)
	}
	return drive.EnsureClaim(d.tx, d.site(), p.Claim, p.Title, p.Group.ID), nil
}

// site is the site as it is now: numbers were drawn meanwhile.
func (d *deal) site() state.Site {
	if s, ok := d.tx.Site(d.tenant.ID, d.at.Site.ID); ok {
		return s
	}
	return d.at.Site
}

// Join puts a person into a site's user list. A guest's days there begin, if tenant or site count them; somebody who was
// removed comes back. It fails with GuestIDMismatch.
func Join(tx *state.Tx, s state.Site, u state.User) (state.SiteUser, error) {
	if now, ok := tx.Site(s.TenantID, s.ID); ok {
		s = now
	}
	entry, err := drive.EnsureSiteUser(tx, s, u)
	if err != nil {
		return entry, err
	}
	if !outsider(u) {
		return entry, nil
	}
	t, _ := tx.Tenant(s.TenantID)
	changed := entry
	changed.Removed, changed.ShareByEmail = false, true
	if changed.JoinedAt.IsZero() {
		changed.JoinedAt = tx.Now()
	}
	if ends := GuestExpiry(t, s, tx.Now()); changed.ExpiresAt.IsZero() || expired(tx, changed.ExpiresAt) {
		changed.ExpiresAt = ends
	}
	if changed != entry {
		tx.PutSiteUser(changed)
	}
	return changed, nil
}

func (d *deal) addToGroup(number, entry int, p Party) {
	if g, ok := d.tx.SiteGroup(d.tenant.ID, d.at.Site.ID, number); ok {
		g = drive.AddToGroup(d.tx, g, entry)
		d.record(AddedToGroup, p, g.Title)
	}
}

// put stores the party's permission on the place. There is one per party and place; sharing again never takes away.
func (d *deal) put(p Party, r ShareRequest) state.Permission {
	perm := state.Permission{
		TenantID: d.tenant.ID, On: d.at.Securable(), Role: r.Role, RoleDefs: []int{r.RoleDefID}, RequireSignIn: true,
		GrantedBy: d.by.Actor(), ExpiresAt: r.ExpiresAt,
	}
	switch {
	case p.Site.ID != 0:
		perm.To, perm.SiteGroup = state.ToSiteGroup, p.Site.ID
	case p.User.ID != "":
		perm.To, perm.ObjectID, perm.Email = state.ToUser, p.User.ID, p.Address
	case p.Group.ID != "":
		perm.To, perm.ObjectID = state.ToGroup, p.Group.ID
	default:
		perm.To = state.ToEveryone
		if p.Claim == everyoneClaim {
			perm.Email = "all"
		}
	}
	for old := range d.tx.PermissionsOn(d.tenant.ID, perm.On) {
		if !sameParty(old, perm) {
			continue
		}
		if old.Role.Rank() > perm.Role.Rank() {
			perm.Role, perm.RoleDefs = old.Role, old.RoleDefs
		}
		perm.ID, perm.CreatedAt, perm.InvitationID = old.ID, old.CreatedAt, old.InvitationID
		break
	}
	apart(d.tx, d.at)
	return putNew(d.tx, perm)
}

func putNew(tx *state.Tx, p state.Permission) state.Permission {
	if p.ID == "" {
		p.ID, p.CreatedAt = tx.NewID(), tx.Now()
	}
	return tx.PutPermission(p)
}

func sameParty(a, b state.Permission) bool {
	return a.To == b.To && strings.EqualFold(a.ObjectID, b.ObjectID) && a.SiteGroup == b.SiteGroup &&
		(a.To == state.ToUser || strings.EqualFold(a.Email, b.Email))
}

// askB2B has the B2B manager make the guest, then grants.
func (d *deal) askB2B(p Party, r ShareRequest, s *Shared) error {
	if err := d.stale(p.Address); err != nil {
		return err
	}
	guest, redeem, err := d.inviteGuest(p.Address)
	if err != nil {
		d.blocked(p, err)
		return err
	}
	mailed := r
	mailed.SendMail = false
	if err := d.grant(person(guest), mailed, s); err != nil {
		return err
	}
	s.Known, s.InvitationURL = false, redeem
	if r.SendMail {
		d.sendB2B(p.Address, r, redeem)
	}
	return nil
}

// stale fails where the site knows the login name of the guest who would be made under an older object, before anybody is
// made.
func (d *deal) stale(address string) error {
	u := state.User{TenantID: d.tenant.ID, Type: state.Guest, Home: state.Home{Kind: state.HomeUnknown}, UserPrincipalName: directory.GuestUPN(d.tenant, address)}
	return mismatched(d.tx, d.at.Site, u)
}

func (d *deal) inviteGuest(address string) (state.User, string, error) {
	if d.m.B2B == nil {
		return state.User{}, "", problem.New(problem.Internal, problem.None, "the B2B manager is not joined")
	}
	return d.m.B2B.InviteToShare(d.tx, d.by, address, PlaceURL(d.tx, d.origin, d.at), d.origin)
}

// invite makes SharePoint's own invitation: nobody enters directory or site before it is redeemed.
func (d *deal) invite(p Party, r ShareRequest, s *Shared) error {
	i := d.newInvitation(p.Address, r.Role)
	i.GroupID, i.RoleDefID, i.Message = r.GroupID, r.RoleDefID, r.Message
	if r.GroupID == 0 {
		apart(d.tx, d.at)
		perm := putNew(d.tx, state.Permission{
			TenantID: d.tenant.ID, On: i.Target, To: state.ToInvitee, Email: p.Address, Role: r.Role, RoleDefs: []int{r.RoleDefID},
			InvitationID: i.ID, RequireSignIn: true, GrantedBy: d.by.Actor(), ExpiresAt: r.ExpiresAt,
		})
		i.PermissionID, s.Permission = perm.ID, perm
	}
	d.tx.PutSharingInvitation(i)
	d.record(SharingInvitationCreated, p, "")
	s.Invitation, s.InvitationURL, s.Group = i, InvitationURL(d.tx, d.origin, i), r.GroupID
	if r.SendMail {
		d.sendInvitation(i, r)
	}
	return nil
}

// newInvitation is an invitation to the place, not yet stored.
func (d *deal) newInvitation(address string, role state.Role) state.SharingInvitation {
	i := state.SharingInvitation{
		TenantID: d.tenant.ID, ID: d.tx.NewID(), SiteID: d.at.Site.ID, Target: d.at.Securable(), Email: address, Role: role,
		InviterID: d.by.User.ID, State: state.SharingPending, CreatedAt: d.tx.Now(),
		ExpiresAt: invitationEnds(d.tenant, d.tx.Now()),
	}
	if i.InviterID == "" {
		i.InviterID = d.by.ServicePrincipalID
	}
	return i
}

// defaultInvitationDays is our choice between the 7 and the 90 days that sources name (sharepoint.md 7.1).
const defaultInvitationDays = 90

func invitationEnds(t state.Tenant, from time.Time) time.Time {
	days := t.Sharing.SharingInvitationExpireInDays
	switch {
	case days < 0:
		return time.Time{}
	case days == 0:
		days = defaultInvitationDays
	}
	return from.AddDate(0, 0, days)
}

// InvitationURL is the address in an invitation of the SharePoint manager.
func InvitationURL(tx *state.Tx, o links.Origin, i state.SharingInvitation) string {
	s, _ := tx.Site(i.TenantID, i.SiteID)
	return links.AcceptInvitation(siteURL(tx, o, s), i.ID)
}
