package spoapi

import (
	"github.com/tennantite/tennantite/emulator/drive"
	"github.com/tennantite/tennantite/emulator/odata"
	"github.com/tennantite/tennantite/emulator/problem"
	"github.com/tennantite/tennantite/emulator/sharing"
	"github.com/tennantite/tennantite/emulator/state"
)

// unshareObject answers SP.Web.UnshareObject and web/unshareObject: an object by its address.
func unshareObject(c *request, _ *odata.Call) (any, error) {
	var body shareBody
	if err := c.decode(&body); err != nil {
		return nil, err
	}
	at, err := c.placeAt(body.URL)
	if err != nil {
		return nil, err
	}
	return c.unshare(at)
}

// unshareItem answers {item}/unshareObject.
func unshareItem(c *request, call *odata.Call) (any, error) {
	at, err := sharedPlace(call)
	if err != nil {
		return nil, err
	}
	return c.unshare(at)
}

func (c *request) unshare(at drive.Place) (any, error) {
	if err := c.Sharing.Unshare(c.tx, c.caller, at); err != nil {
		return c.refuse(err, at)
	}
	return c.sharingResult(wireSharingResult{Name: new(placeName(at)), URL: new(c.placeAddress(at)), IconURL: new(c.iconURL(at))}), nil
}

// forwardLink answers SP.Web.ForwardObjectLink: the address is mailed, no right changes.
func forwardLink(c *request, _ *odata.Call) (any, error) {
	var body shareBody
	if err := c.decode(&body); err != nil {
		return nil, err
	}
	at, err := c.placeAt(body.URL)
	if err != nil {
		return nil, err
	}
	if len(body.People) == 0 {
		return c.refuse(problem.New(problem.Invalid, problem.RecipientUnresolved, unresolvedText), at)
	}
	if _, err := c.Sharing.Forward(c.tx, c.caller, at, body.People, deref(body.EmailSubject), deref(body.EmailBody), c.origin); err != nil {
		return c.refuse(err, at)
	}
	return c.sharingResult(wireSharingResult{Name: new(placeName(at)), URL: new(c.placeAddress(at)), IconURL: new(c.iconURL(at))}), nil
}

// objectInformationOperations are the older functions that tell who has access (SP.ObjectSharingInformation).
func objectInformationOperations() []operation {
	const class = "SP.ObjectSharingInformation."
	op := func(name string, h func(*request, *odata.Call) (any, error)) operation {
		return operation{Name: class + name, Method: "POST", Segment: class + name, Source: "sharepoint.md 3.1", Handler: h}
	}
	return reading(
		op("GetObjectSharingInformationByUrl", informationByURL), op("GetWebSharingInformation", informationOfWeb),
		op("GetListItemSharingInformation", informationOfItem), op("CanCurrentUserShare", canShare),
	)
}

// informationBody are the parameters of the older functions.
type informationBody struct {
	URL    string `json:"url"`
	ListID string `json:"listID"`
	ItemID anInt  `json:"itemID"`
	DocID  string `json:"docId"`
}

func informationByURL(c *request, _ *odata.Call) (any, error) {
	var body informationBody
	if err := c.decode(&body); err != nil {
		return nil, err
	}
	at, err := c.placeAt(body.URL)
	if err != nil {
		return nil, err
	}
	return c.informationFor(at)
}

func informationOfWeb(c *request, _ *odata.Call) (any, error) {
	return c.informationFor(drive.Place{Site: c.site})
}

func informationOfItem(c *request, _ *odata.Call) (any, error) {
	var body informationBody
	if err := c.decode(&body); err != nil {
		return nil, err
	}
	l, ok := c.tx.List(c.tenant.ID, body.ListID)
	if !ok || l.SiteID != c.site.ID {
		return nil, errList
	}
	i, ok := c.tx.ItemByNumber(c.tenant.ID, l.ID, int(body.ItemID))
	if !ok || !i.DeletedAt.IsZero() {
		return nil, errItem
	}
	return c.informationFor(drive.Place{Site: c.site, List: l, Item: i})
}

func (c *request) informationFor(at drive.Place) (any, error) {
	if err := c.require(at, state.RoleRead); err != nil {
		return nil, err
	}
	return c.objectInformation(at), nil
}

func canShare(c *request, _ *odata.Call) (any, error) {
	var body informationBody
	if err := c.decode(&body); err != nil {
		return nil, err
	}
	at := drive.Place{Site: c.site}
	for l := range c.tx.Lists(c.tenant.ID, c.site.ID) {
		if i, ok := c.tx.Item(c.tenant.ID, l.ID, body.DocID); ok && i.DeletedAt.IsZero() {
			at.List, at.Item = l, i
		}
	}
	allowed := c.Sharing.Explain(c.tx, c.caller, sharing.ActionShare, at, "").Allowed
	return result{name: "CanCurrentUserShare", kind: "Edm.Boolean", value: allowed}, nil
}
