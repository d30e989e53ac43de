package spoapi

import (
	"slices"

	"github.com/tennantite/tennantite/emulator/drive"
	"github.com/tennantite/tennantite/emulator/odata"
	"github.com/tennantite/tennantite/emulator/sharing"
	"github.com/tennantite/tennantite/emulator/state"
)

// legacyBody are the parameters of the older link functions.
type legacyBody struct {
	URL        string `json:"url"`
	FileURL    string `json:"fileUrl"`
	LinkURL    string `json:"linkUrl"`
	Edit       bool   `json:"isEditLink"`
	Expiration string `json:"expirationString"`
}

// legacyLinkOperations are the link functions of SP.Web that go by an object's address (sharepoint.md 3.1).
func legacyLinkOperations() []operation {
	op := func(name string, h func(*request, *odata.Call) (any, error)) operation {
		return operation{Name: "SP.Web." + name, Method: "POST", Segment: "SP.Web." + name, Source: "sharepoint.md 3.1", Handler: h}
	}
	return append(
		writing(
			op("CreateAnonymousLink", legacyCreate("CreateAnonymousLink", state.LinkAnonymous)),
			op("CreateAnonymousLinkWithExpiration", legacyCreate("CreateAnonymousLinkWithExpiration", state.LinkAnonymous)),
			op("CreateOrganizationSharingLink", legacyCreate("CreateOrganizationSharingLink", state.LinkOrganization)),
			op("DeleteAnonymousLinkForObject", legacyDelete(func(b legacyBody, l state.Link) bool {
				return l.Scope == state.LinkAnonymous && (l.Type == "edit") == b.Edit
			})),
			op("DeleteAllAnonymousLinksForObject", legacyDelete(func(_ legacyBody, l state.Link) bool { return l.Scope == state.LinkAnonymous })),
			op("DestroyOrganizationSharingLink", legacyDelete(func(b legacyBody, l state.Link) bool {
				return l.Scope == state.LinkOrganization && (l.Type == "edit") == b.Edit
			})),
		),
		reading(op("GetSharingLinkKind", sharingLinkKind))...,
	)
}

func (c *request) legacy() (legacyBody, drive.Place, error) {
	var body legacyBody
	if err := c.decode(&body); err != nil {
		return body, drive.Place{}, err
	}
	at, err := c.placeAt(orText(body.URL, orText(body.FileURL, body.LinkURL)))
	return body, at, err
}

// legacyCreate makes a link and answers its address.
func legacyCreate(name string, scope state.LinkScope) func(*request, *odata.Call) (any, error) {
	return func(c *request, _ *odata.Call) (any, error) {
		body, at, err := c.legacy()
		if err != nil {
			return nil, err
		}
		r := sharing.LinkRequest{At: at, Scope: scope, Type: "view", Origin: c.origin}
		if body.Edit {
			r.Type = "edit"
		}
		if r.ExpiresAt, err = parseExpiration(body.Expiration); err != nil {
			return nil, err
		}
		l, _, err := c.Sharing.CreateLink(c.tx, c.caller, r)
		if err != nil {
			return nil, err
		}
		return result{name: name, kind: "Edm.String", value: sharing.LinkURL(c.tx, c.origin, l)}, nil
	}
}

func legacyDelete(match func(legacyBody, state.Link) bool) func(*request, *odata.Call) (any, error) {
	return func(c *request, _ *odata.Call) (any, error) {
		body, at, err := c.legacy()
		if err != nil {
			return nil, err
		}
		return void{}, c.deleteLinks(at, func(l state.Link) bool { return match(body, l) })
	}
}

// linkAt is the link that an address is of; ok is false for any other address.
func (c *request) linkAt(address string) (state.Link, bool) {
	if token, ok := sharingToken(address); ok {
		return c.tx.LinkByToken(c.tenant.ID, token)
	}
	return state.Link{}, false
}

// sharingLinkKind answers SP.Web.GetSharingLinkKind: 0 for an address that is no sharing link.
func sharingLinkKind(c *request, _ *odata.Call) (any, error) {
	var body legacyBody
	if err := c.decode(&body); err != nil {
		return nil, err
	}
	kind := 0
	if l, ok := c.linkAt(body.FileURL); ok {
		kind = sharing.LinkKind(l)
	}
	return result{name: "GetSharingLinkKind", kind: "Edm.Int32", value: kind}, nil
}

// wireLinkData is SP.SharingLinkData.
type wireLinkData struct {
	BlocksDownload   bool    `json:"BlocksDownload"`
	Embeddable       bool    `json:"Embeddable"`
	Expiration       string  `json:"Expiration"`
	HasExpired       bool    `json:"HasExpired"`
	HasPassword      bool    `json:"HasPassword"`
	IsAnonymous      bool    `json:"IsAnonymous"`
	IsCreateOnlyLink bool    `json:"IsCreateOnlyLink"`
	IsFormsLink      bool    `json:"IsFormsLink"`
	IsSharingLink    bool    `json:"IsSharingLink"`
	LinkKind         int     `json:"LinkKind"`
	ObjectType       int     `json:"ObjectType"`
	ObjectUniqueID   string  `json:"ObjectUniqueId"`
	ShareID          string  `json:"ShareId"`
	Description      *string `json:"Description"`
}

func (wireLinkData) edmKind() string { return "SP.SharingLinkData" }

// sharingLinkData answers POST _api/web/GetSharingLinkData.
func sharingLinkData(c *request, _ *odata.Call) (any, error) {
	var body legacyBody
	if err := c.decode(&body); err != nil {
		return nil, err
	}
	w := wireLinkData{ShareID: zeroGUID, ObjectUniqueID: zeroGUID}
	if l, ok := c.linkAt(body.LinkURL); ok {
		w = wireLinkData{
			BlocksDownload: l.Type == "blocksDownload", Embeddable: l.Type == "embed", Expiration: linkTime(l.ExpiresAt),
			HasExpired: !l.ExpiresAt.IsZero() && !l.ExpiresAt.After(c.tx.Now()), HasPassword: l.Password != "",
			IsAnonymous: l.Scope == state.LinkAnonymous, IsCreateOnlyLink: l.Type == "createOnly", IsSharingLink: true,
			LinkKind: sharing.LinkKind(l), ShareID: l.ID, Description: nonEmpty(l.Description), ObjectUniqueID: orText(l.On.ItemID, l.On.ListID),
		}
		if at, err := drive.PlaceOf(c.tx, c.tenant.ID, l.On); err == nil {
			w.ObjectType = objectType(at)
		}
	}
	return result{name: "GetSharingLinkData", kind: "SP.SharingLinkData", value: w}, nil
}

// objectType is SPSharedObjectType.
func objectType(at drive.Place) int {
	switch {
	case at.List.ID == "":
		return 5
	case at.Item.ID == "" || at.Item.Root():
		return 4
	case at.Item.Kind == state.Folder:
		return 2
	case at.Item.Kind == state.File:
		return 1
	}
	return 3
}

// guestURLPlace resolves GetFileByGuestUrl and GetFolderByGuestUrl: the caller opens the link as he is.
func guestURLPlace(folder bool) func(*request, any, odata.Args) (any, error) {
	return func(c *request, _ any, args odata.Args) (any, error) {
		token, ok := sharingToken(args.Text("guestUrl"))
		if !ok {
			return nil, errFolder
		}
		l, at, err := sharing.FindLink(c.tx, c.tenant.ID, token)
		if err != nil {
			return nil, err
		}
		if isFolder(at) != folder {
			return nil, errFolder
		}
		if l.Password == "" { // who holds the address holds the link
			c.caller.LinkIDs = append(slices.Clone(c.caller.LinkIDs), l.ID)
		}
		return at, c.require(at, state.RoleRead)
	}
}
