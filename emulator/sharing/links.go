package sharing

import (
	"encoding/base64"
	"encoding/hex"
	"slices"
	"strings"
	"time"

	"github.com/tennantite/tennantite/emulator/directory"
	"github.com/tennantite/tennantite/emulator/drive"
	"github.com/tennantite/tennantite/emulator/links"
	"github.com/tennantite/tennantite/emulator/problem"
	"github.com/tennantite/tennantite/emulator/state"
)

// Types of link.
const (
	LinkView           = "view"
	LinkEdit           = "edit"
	LinkReview         = "review"
	LinkBlocksDownload = "blocksDownload"
	LinkCreateOnly     = "createOnly"
	LinkEmbed          = "embed"
)

// CreateLink makes a link, or finds the one of the same kind; created tells which. It fails with AccessDenied, the reason
// why the place is closed to that kind of link, RecipientUnresolved, or InvalidProperty.
func (m Manager) CreateLink(tx *state.Tx, by directory.Principal, r LinkRequest) (l state.Link, created bool, err error) {
	d := m.deal(tx, by, r.At, r.Origin)
	if err := d.allowed(); err != nil {
		return l, false, err
	}
	if err := d.checkLink(&r); err != nil {
		return l, false, err
	}
	anyExpiry := r.ExpiresAt.IsZero()
	if r.Scope != state.LinkUsers {
		kind := KindOrganization
		if r.Scope == state.LinkAnonymous {
			kind = KindAnyone
			r.ExpiresAt = d.bounded(r.ExpiresAt)
		}
		_, err = Decide(Question{Policy: d.policy, By: d.sharer, Item: d.item(), Edit: r.Type == LinkEdit || r.Type == LinkCreateOnly, To: Whom{Kind: kind, InSite: true}})
		if err != nil {
			return l, false, err
		}
	}
	if l, ok := d.sameLink(r, anyExpiry); ok {
		return l, false, nil
	}
	l = d.newLink(r)
	if r.Scope == state.LinkUsers {
		if l, err = d.addRecipients(l, r); err != nil {
			return l, false, err
		}
	}
	if r.Scope == state.LinkAnonymous {
		notifyAnonymous(tx, by, r.At, r.Origin)
	}
	return l, true, nil
}

// checkLink fills what the request leaves to tenant and site, and refuses what makes no sense.
func (d *deal) checkLink(r *LinkRequest) error {
	if r.Scope == "" {
		r.Scope = DefaultScope(d.tenant, d.at.Site)
	}
	if r.Type == "" {
		r.Type = DefaultType(d.tenant, d.at.Site)
	}
	types := []string{LinkView, LinkEdit, LinkReview, LinkBlocksDownload, LinkCreateOnly}
	switch {
	case !slices.Contains([]state.LinkScope{state.LinkAnonymous, state.LinkOrganization, state.LinkUsers}, r.Scope):
		return problem.For(problem.Invalid, problem.InvalidProperty, "scope", "The scope of the link is not valid.")
	case !slices.Contains(types, r.Type):
		return problem.For(problem.Invalid, problem.InvalidProperty, "type", "The type of the link is not valid.")
	case r.Type == LinkCreateOnly && d.at.Item.Kind == state.File && d.item():
		return problem.For(problem.Invalid, problem.InvalidProperty, "type", "Only a folder can be linked to for uploads.")
	case !r.ExpiresAt.IsZero() && !r.ExpiresAt.After(d.tx.Now()):
		return problem.For(problem.Invalid, problem.InvalidProperty, "expirationDateTime", "The time of expiry is over already.")
	case r.Password != "" && r.Scope != state.LinkAnonymous:
		return problem.For(problem.Invalid, problem.InvalidProperty, "password", "Only a link for anyone can have a password.")
	}
	return nil
}

// The numbers of DefaultSharingLinkType and of the newer DefaultShareLinkScope.
const (
	defaultDirect   = 1
	defaultInternal = 2
	defaultAnyone   = 3

	scopeUnset  = -1
	scopeAnyone = 0
	scopeUsers  = 2
)

// DefaultScope is the kind of link that is offered first (sharepoint.md 1.2): of the site, else of the tenant; where links
// for anyone are not allowed, one for the organisation.
func DefaultScope(t state.Tenant, s state.Site) state.LinkScope {
	kind := s.Sharing.DefaultSharingLinkType
	if kind == 0 {
		newer := t.Sharing.CoreDefaultShareLinkScope
		if s.Personal {
			newer = t.Sharing.OneDriveDefaultShareLinkScope
		}
		switch newer {
		case scopeUnset:
			kind = t.Sharing.DefaultSharingLinkType
		case scopeAnyone:
			kind = t.Sharing.DefaultSharingLinkType
			if kind == 0 {
				kind = defaultAnyone
			}
		case scopeUsers:
			kind = defaultDirect
		default:
			kind = defaultInternal
		}
	}
	switch {
	case kind == defaultDirect:
		return state.LinkUsers
	case kind == defaultAnyone && EffectiveLevel(t, s).Rank() >= needAnyone:
		return state.LinkAnonymous
	}
	return state.LinkOrganization
}

// DefaultType is the right of the link that is offered first.
func DefaultType(t state.Tenant, s state.Site) string {
	right := s.Sharing.DefaultLinkPermission
	if right == 0 {
		right = t.Sharing.CoreDefaultShareLinkRole
		if s.Personal {
			right = t.Sharing.OneDriveDefaultShareLinkRole
		}
	}
	if right == 0 {
		right = t.Sharing.DefaultLinkPermission
	}
	const edit = 2
	if right == edit {
		return LinkEdit
	}
	return LinkView
}

// bounded pulls a time of expiry within what tenant or site allow for links for anyone.
func (d *deal) bounded(want time.Time) time.Time {
	days := AnonymousDays(d.tenant, d.at.Site)
	if days == 0 {
		return want
	}
	last := d.tx.Now().AddDate(0, 0, days)
	if want.IsZero() || want.After(last) {
		return last
	}
	return want
}

// sameLink finds the link that asking again means. Whoever names no expiry means the link that is there; with a password,
// another expiry or other recipients it is a link of its own.
func (d *deal) sameLink(r LinkRequest, anyExpiry bool) (state.Link, bool) {
	if r.Password != "" || r.Fresh {
		return state.Link{}, false
	}
	for l := range d.tx.LinksOn(d.tenant.ID, d.at.Securable()) {
		switch {
		case l.Scope != r.Scope, l.Type != r.Type, l.AppID != r.AppID, l.Password != "", expired(d.tx, l.ExpiresAt):
		case !anyExpiry && !r.ExpiresAt.Equal(l.ExpiresAt):
		case r.Scope == state.LinkUsers && !d.sameRecipients(l, r.Recipients):
		default:
			return l, true
		}
	}
	return state.Link{}, false
}

func (d *deal) sameRecipients(l state.Link, list []Recipient) bool {
	if len(list) != len(l.Recipients) {
		return false
	}
	for _, r := range list {
		p, err := Resolve(d.tx, d.at.Site, r)
		if err != nil || !slices.ContainsFunc(l.Recipients, func(have state.LinkRecipient) bool {
			return p.User.ID != "" && have.ObjectID == p.User.ID || strings.EqualFold(have.Email, p.Address)
		}) {
			return false
		}
	}
	return true
}

// newLink makes and stores a link without recipients, with its hidden group.
func (d *deal) newLink(r LinkRequest) state.Link {
	now, actor := d.tx.Now(), d.by.Actor()
	l := state.Link{
		TenantID: d.tenant.ID, ID: d.tx.NewID(), On: d.at.Securable(), Scope: r.Scope, Type: r.Type, Password: r.Password,
		AppID: r.AppID, Description: r.Description, CreatedBy: actor, ModifiedBy: actor, CreatedAt: now, ModifiedAt: now, ExpiresAt: r.ExpiresAt,
	}
	if r.Password != "" {
		l.PasswordAt = now
	}
	l.Token = token(d.tx, d.linkTarget())
	l.GroupID = d.linkGroup(l)
	apart(d.tx, d.at)
	l = d.tx.PutLink(l)
	record(d.tx, d.by, d.at, act{operation: linkOperation(l.Scope, "Created"), sharingID: l.ID})
	return l
}

// linkTarget is the id of what the link leads to.
func (d *deal) linkTarget() string {
	switch {
	case d.item():
		return d.at.Item.ID
	case d.at.List.ID != "":
		return d.at.List.ID
	}
	return d.at.Site.ID
}

// linkGroup makes the hidden group of a link (sharepoint.md 3.4).
func (d *deal) linkGroup(l state.Link) int {
	g, err := drive.AddSiteGroup(d.tx, d.site(), state.SiteGroup{
		TenantID: d.tenant.ID, SiteID: d.at.Site.ID, Hidden: true, LinkID: l.ID, OwnerID: d.at.Site.OwnersGroup,
		Title:       "SharingLinks." + d.linkTarget() + "." + LinkKindName(l) + "." + l.ID,
		Description: "This group is for " + LinkKindName(l) + " sharing links on item '" + title(d.at) + "'",
	})
	if err != nil {
		return 0 // the title is unique as the link is
	}
	return g.ID
}

// Kinds of link by SharePoint's numbers (sharepoint.md 3.4).
const (
	KindOrganizationView = 2
	KindOrganizationEdit = 3
	KindAnonymousView    = 4
	KindAnonymousEdit    = 5
	KindFlexible         = 6
)

// LinkKind is SharePoint's number for a link.
func LinkKind(l state.Link) int {
	switch {
	case l.Scope == state.LinkUsers, l.Type != LinkView && l.Type != LinkEdit:
		return KindFlexible
	case l.Scope == state.LinkOrganization && l.Type == LinkView:
		return KindOrganizationView
	case l.Scope == state.LinkOrganization:
		return KindOrganizationEdit
	case l.Type == LinkView:
		return KindAnonymousView
	}
	return KindAnonymousEdit
}

// LinkKindName is the name of that number.
func LinkKindName(l state.Link) string {
	switch LinkKind(l) {
	case KindOrganizationView:
		return "OrganizationView"
	case KindOrganizationEdit:
		return "OrganizationEdit"
	case KindAnonymousView:
		return "AnonymousView"
	case KindAnonymousEdit:
		return "AnonymousEdit"
	}
	return "Flexible"
}

// token draws the last part of a link's address: base64url of 0x11, the target's id in little-endian fields, 0x01, and
// sixteen random bytes.
func token(tx *state.Tx, target string) string {
	const secretBytes = 16
	id, err := hex.DecodeString(strings.ReplaceAll(target, "-", ""))
	if err != nil || len(id) != 16 {
		id = tx.Bytes(16)
	}
	id[0], id[1], id[2], id[3] = id[3], id[2], id[1], id[0]
	id[4], id[5], id[6], id[7] = id[5], id[4], id[7], id[6]
	b := append([]byte{0x11}, id...)
	b = append(b, 0x01)
	b = append(b, tx.Bytes(secretBytes)...)
	return base64.RawURLEncoding.EncodeToString(b)
}

// LinkURL is a link's address.
func LinkURL(tx *state.Tx, o links.Origin, l state.Link) string {
	at, err := drive.PlaceOf(tx, l.TenantID, l.On)
	if err != nil {
		at.Site, _ = tx.Site(l.TenantID, l.On.SiteID)
	}
	t, _ := tx.Tenant(l.TenantID)
	letter := links.Letter("", true)
	if at.Item.ID != "" && at.Item.Kind != state.Folder {
		letter = links.Letter(at.Item.Name, false)
	}
	return o.SharingLink(t.SharePointPrefix(), at.Site.Personal, at.Site.Path, letter, l.Token)
}
