package graphapi

import (
	"strings"

	"github.com/tennantite/tennantite/emulator/directory"
	"github.com/tennantite/tennantite/emulator/drive"
	"github.com/tennantite/tennantite/emulator/links"
	"github.com/tennantite/tennantite/emulator/odata"
	"github.com/tennantite/tennantite/emulator/problem"
	"github.com/tennantite/tennantite/emulator/sharing"
	"github.com/tennantite/tennantite/emulator/state"
)

// shareOf is what a sharing token leads to.
type shareOf struct {
	drive.Place
	link state.Link // zero for the address of the place itself
	id   string
}

// wireShare is a sharedDriveItem.
type wireShare struct {
	ID        string           `json:"id"`
	Name      string           `json:"name"`
	Owner     *wireIdentitySet `json:"owner,omitempty"`
	DriveItem *wireItem        `json:"driveItem,omitempty" odata:"expand"`
	Root      *wireItem        `json:"root,omitempty" odata:"expand"`
}

func shareNodes() []node {
	item := func(_ *request, parent any, _ odata.Args) (any, error) {
		s := parent.(shareOf)
		if s.List.ID == "" {
			return nil, problem.New(problem.NotFound, problem.ItemNotFound, "The resource could not be found.")
		}
		return s.Place, nil
	}
	return []node{
		{Name: rootNode, Children: []child{{Name: "shares", Of: "shares"}}},
		{Name: "shares", Key: key{Of: "share", Resolve: shareByToken}},
		{
			Name:        "share",
			Properties:  odata.PropertiesOf(wireShare{}),
			NotEmulated: []string{"items"},
			Children: []child{
				{Name: "driveItem", Of: "driveItem", Resolve: item},
				{Name: "root", Of: "driveItem", Resolve: item},
				{Name: "listItem", Of: "listItem", Resolve: item},
				{Name: "list", Of: "list", Resolve: func(r *request, parent any, args odata.Args) (any, error) {
					v, err := item(r, parent, args)
					p, _ := v.(drive.Place)
					p.Item = drive.Root(r.tx, p.List)
					return p, err
				}},
				{Name: "site", Of: "site", Resolve: func(_ *request, parent any, _ odata.Args) (any, error) {
					return drive.Place{Site: parent.(shareOf).Site}, nil
				}},
				{Name: "permission", Of: "permission", Resolve: permissionOfShare},
			},
			Operations: []operation{
				reading(operation{Name: "share.get", Method: "GET", Source: "GD:api/shares-get", Handler: getShare}),
			},
		},
	}
}

func shareID(address string) string { return links.ShareID(address) }

// shareByToken finds what a sharing token leads to: an encoded address, or the token of a link as it is.
func shareByToken(r *request, _ any, k odata.Predicate) (any, error) {
	id := k.Text()
	address, ok := links.ParseShareID(id)
	if !ok {
		token := strings.TrimPrefix(id, "s!")
		if _, ok := r.tx.LinkByToken(r.tenant.ID, token); !ok {
			return nil, problem.For(problem.Invalid, problem.InvalidProperty, id, "The sharing token is not valid.")
		}
		return r.shareByLink(token, id)
	}
	_, public, _ := strings.Cut(r.tx.World().PublicURL, "://")
	public, _, _ = strings.Cut(strings.Trim(public, "/"), ":")
	to, ok := links.Follow(address, public)
	if !ok || to.Place.Service != links.SharePoint || to.Place.Prefix != r.tenant.SharePointPrefix() {
		return nil, problem.For(problem.Invalid, problem.InvalidProperty, "shareIdOrEncodedSharingUrl", "The site in the encoded share URI is invalid.")
	}
	switch to.Kind {
	case links.SharingLinkURL:
		return r.shareByLink(to.Token, id)
	case links.PlaceURL:
		p, err := drive.PlaceAt(r.tx, r.tenant.ID, to.Place.Host == links.My, to.Path)
		if err != nil {
			return nil, err
		}
		if p.List.ID != "" && p.Item.ID == "" {
			p.Item = drive.Root(r.tx, p.List)
		}
		if err := sharing.Require(r.tx, r.caller, p, state.RoleRead); err != nil {
			return nil, err
		}
		return shareOf{Place: p, id: id}, nil
	case links.Other, links.B2BRedemption, links.SharePointInvite:
	}
	return nil, problem.New(problem.NotFound, problem.LinkNotFound, "The sharing link no longer exists, or you do not have permission to access it.")
}

// shareByLink opens a sharing link as the client prefers: for good (redeemSharingLink), for this request only
// (redeemSharingLinkIfNecessary), or not at all: then he must have access already, or hold a link for anyone.
func (r *request) shareByLink(token, id string) (any, error) {
	l, p, err := sharing.FindLink(r.tx, r.tenant.ID, token)
	if err != nil {
		return nil, err
	}
	if p.List.ID != "" && p.Item.ID == "" {
		p.Item = drive.Root(r.tx, p.List)
	}
	durable, once := r.prefers("redeemSharingLink"), r.prefers("redeemSharingLinkIfNecessary")
	if !durable && sharing.Require(r.tx, r.caller, p, state.RoleRead) == nil {
		return shareOf{p, l, id}, nil
	}
	if !durable && !once && l.Scope != state.LinkAnonymous {
		return nil, problem.New(problem.Denied, problem.AccessDenied, denied)
	}
	if durable && !r.tx.Writable() {
		return nil, errNeedsWrite
	}
	visit := sharing.Visit{Tenant: r.tenant.ID, Email: r.caller.Email, Origin: r.origin, Peek: !durable}
	if r.caller.User.ID != "" {
		visit.Account = directory.Account(r.caller.User)
	}
	if _, err := r.face.Sharing.OpenLink(r.tx, token, visit); err != nil {
		if problem.KindOf(err) == problem.Unauthenticated {
			return nil, &problem.Error{Kind: problem.Denied, Reason: problem.AccessDenied, Detail: denied, Err: err}
		}
		return nil, err
	}
	r.caller.LinkIDs = append(r.caller.LinkIDs, l.ID)
	return shareOf{p, l, id}, nil
}

func getShare(r *request, call *odata.Call) (any, error) {
	s, _ := call.Value.(shareOf)
	if err := sharing.Require(r.tx, r.caller, s.Place, state.RoleRead); err != nil {
		return nil, err
	}
	w := wireShare{ID: s.id, Name: s.Site.Title}
	if s.List.ID != "" {
		w.Name, w.Owner = s.Item.Name, identitySet(s.Item.CreatedBy)
		if s.Item.Root() {
			w.Name = s.List.Title
		}
		item := r.itemWire(s.Place)
		w.DriveItem, w.Root = &item, &item
	}
	if u, ok := r.tx.User(s.Site.TenantID, s.Site.OwnerID); ok && s.Site.Personal {
		w.Owner = &wireIdentitySet{User: &wireIdentity{Email: u.Mail, ID: u.ID, DisplayName: u.DisplayName}}
	}
	return entity(call, "shares", w), nil
}

// permissionOfShare is the link itself, as a permission of its place.
func permissionOfShare(_ *request, parent any, _ odata.Args) (any, error) {
	s, _ := parent.(shareOf)
	if s.link.ID == "" {
		return nil, problem.New(problem.NotFound, problem.ItemNotFound, "The address is no sharing link.")
	}
	return placeGrant{sharing.Grant{ID: s.link.ID, Link: s.link, From: s.Place}, s.Place}, nil
}

// errGrantRole says why a grant cannot be made through a permission.
func errGrantRole(g placeGrant) error {
	if g.Link.ID == "" {
		return problem.For(problem.Invalid, problem.InvalidProperty, g.ID, "Only a sharing link can be granted.")
	}
	return problem.For(problem.Invalid, problem.InvalidProperty, "roles", "The roles must be those of the sharing link.")
}
