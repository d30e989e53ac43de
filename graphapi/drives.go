package graphapi

import (
	"time"

	"github.com/tennantite/tennantite/emulator/drive"
	"github.com/tennantite/tennantite/emulator/odata"
	"github.com/tennantite/tennantite/emulator/state"
)

// wireDrive is a drive: a OneDrive or a document library.
type wireDrive struct {
	Created       time.Time        `json:"createdDateTime"`
	Description   string           `json:"description"`
	ID            string           `json:"id"`
	Modified      time.Time        `json:"lastModifiedDateTime"`
	Name          string           `json:"name"`
	WebURL        string           `json:"webUrl"`
	Type          string           `json:"driveType"`
	CreatedBy     *wireIdentitySet `json:"createdBy"`
	ModifiedBy    *wireIdentitySet `json:"lastModifiedBy,omitempty"`
	Owner         *wireIdentitySet `json:"owner,omitempty"`
	Quota         *wireQuota       `json:"quota,omitempty"`
	SharePointIDs *wireIDs         `json:"sharePointIds,omitempty" odata:"select"`
	Root          *wireItem        `json:"root,omitempty" odata:"expand"`
}

type wireQuota struct {
	Deleted   int64  `json:"deleted"`
	Remaining int64  `json:"remaining"`
	State     string `json:"state"`
	Total     int64  `json:"total"`
	Used      int64  `json:"used"`
}

// driveNodes are drives, wherever they hang, and the addresses below them.
func driveNodes() []node {
	own := child{Name: "drive", Of: "drive", Resolve: driveOfUser}
	return []node{
		{Name: rootNode, Children: []child{{Name: "drives", Of: "drives"}}},
		{Name: "user", Children: []child{own, {Name: "drives", Of: "drivesOf", Resolve: driveOfUser}}},
		{Name: "group", Children: []child{
			{Name: "drive", Of: "drive", Resolve: driveOfGroup},
			{Name: "drives", Of: "drivesOf", Resolve: driveOfGroup},
		}},
		{Name: "drives", Key: key{Of: "drive", Resolve: driveByID}},
		{Name: "drivesOf", Key: key{Of: "drive", Resolve: driveByID}, Operations: []operation{
			reading(operation{Name: "drives.list", Method: "GET", Source: "GD:api/drive-list", Handler: listDrives}),
		}},
		{
			Name:        "drive",
			Properties:  odata.PropertiesOf(wireDrive{}),
			NotEmulated: []string{"activities", "bundles", "following", "recent"},
			Children: []child{
				{Name: "root", Of: "driveItem"},
				{Name: "items", Of: "items", Resolve: itemsOfDrive},
				{Name: "special", Of: "special"},
				{Name: "list", Of: "list"},
			},
			Operations: []operation{
				reading(operation{Name: "drive.get", Method: "GET", Source: "GD:api/drive-get", Handler: getDrive}),
				reading(operation{Name: "drive.search", Method: "GET", Segment: "search", Params: []string{"q"}, Source: "GD:api/driveitem-search", Handler: searchItems}),
				reading(operation{Name: "drive.delta", Method: "GET", Segment: "delta", Params: []string{"token"}, Source: "GD:api/driveitem-delta", Handler: deltaItems}),
			},
		},
		{Name: "items", Key: key{Of: "driveItem", Resolve: itemByID}},
		{Name: "special", Key: key{Of: "driveItem", Name: "name", Resolve: specialByName}},
	}
}

// driveItemNodes is a file or a folder with what hangs on it.
func driveItemNodes() []node {
	return []node{
		{
			Name:        "driveItem",
			Properties:  odata.PropertiesOf(wireItem{}),
			Path:        itemByPath,
			NotEmulated: []string{"activities", "analytics", "checkin", "checkout", "follow", "preview", "restore", "retentionLabel", "subscriptions", "unfollow", "workbook"},
			Children: []child{
				{Name: "children", Of: "children"},
				{Name: "versions", Of: "versions"},
				{Name: "thumbnails", Of: "thumbnails"},
				{Name: "listItem", Of: "listItem"},
			},
			Operations: []operation{
				reading(operation{Name: "driveItem.get", Method: "GET", Source: "GD:api/driveitem-get", Handler: getItem}),
				writing(operation{Name: "driveItem.update", Method: "PATCH", Source: "GD:api/driveitem-update", Handler: patchItem}),
				writing(operation{Name: "driveItem.delete", Method: "DELETE", Source: "GD:api/driveitem-delete", Handler: deleteItem}),
				writing(operation{Name: "driveItem.permanentDelete", Method: "POST", Segment: "permanentDelete", Source: "AB:onedrive.d", Handler: deleteItemForGood}),
				writing(operation{Name: "driveItem.copy", Method: "POST", Segment: "copy", Source: "GD:api/driveitem-copy", Handler: copyItem}),
				reading(operation{Name: "driveItem.getContent", Method: "GET", Segment: "content", Source: "GD:api/driveitem-get-content", Handler: getContent}),
				writing(operation{Name: "driveItem.putContent", Method: "PUT", Segment: "content", Creates: true, Source: "GD:api/driveitem-put-content", Handler: putContent}),
				writing(operation{Name: "driveItem.createUploadSession", Method: "POST", Segment: "createUploadSession", Creates: true, Source: "GD:api/driveitem-createuploadsession", Handler: createSession}),
				reading(operation{Name: "driveItem.search", Method: "GET", Segment: "search", Params: []string{"q"}, Source: "GD:api/driveitem-search", Handler: searchItems}),
				reading(operation{Name: "driveItem.delta", Method: "GET", Segment: "delta", Params: []string{"token"}, Source: "GD:api/driveitem-delta", Handler: deltaItems}),
			},
		},
		{Name: "children", Key: key{Of: "driveItem", Name: "name", Resolve: childByName}, Operations: []operation{
			reading(operation{Name: "children.list", Method: "GET", Countable: true, Source: "GD:api/driveitem-list-children", Handler: listChildren}),
			writing(operation{Name: "children.add", Method: "POST", Source: "GD:api/driveitem-post-children", Handler: addChild}),
		}},
	}
}

// driveWire is a drive as GET answers it.
func (r *request) driveWire(p drive.Place) wireDrive {
	w := r.writer(p.Site, p.List)
	v := wireDrive{
		Created: p.List.CreatedAt, Description: p.List.Description, ID: w.driveID, Modified: p.List.ModifiedAt, Name: p.List.Title,
		WebURL: w.address, Type: driveType(p.Site), CreatedBy: identitySet(p.List.CreatedBy), SharePointIDs: w.ids(state.Item{}),
	}
	if p.Site.Personal {
		v.Name = "OneDrive"
	}
	v.Owner = r.ownerOf(p)
	q := drive.QuotaOf(r.tx, p.List)
	v.Quota = &wireQuota{q.Deleted, q.Remaining, q.State(), q.Total, q.Used}
	return v
}

// ownerOf is the person of a OneDrive, the group of a group's library, else who made it.
func (r *request) ownerOf(p drive.Place) *wireIdentitySet {
	if u, ok := r.tx.User(p.Site.TenantID, p.Site.OwnerID); ok && p.Site.Personal {
		email := u.Mail
		if email == "" {
			email = u.UserPrincipalName
		}
		return &wireIdentitySet{User: &wireIdentity{Email: email, ID: u.ID, DisplayName: u.DisplayName}}
	}
	if g, ok := r.tx.Group(p.Site.TenantID, p.Site.GroupID); ok {
		return &wireIdentitySet{Group: &wireIdentity{Email: g.Mail, ID: g.ID, DisplayName: g.DisplayName + " Owners"}}
	}
	return identitySet(p.List.CreatedBy)
}

func getDrive(r *request, call *odata.Call) (any, error) {
	p := placeOf(call)
	v := r.driveWire(p)
	if call.Query.Expands("root") != nil {
		root := r.itemWire(p)
		v.Root = &root
	}
	return entity(call, "drives", v), nil
}

// listDrives lists the libraries of the site that a drive is in.
func listDrives(r *request, call *odata.Call) (any, error) {
	rows := []wireDrive{}
	p := placeOf(call)
	for _, l := range drive.Lists(r.tx, p.Site) {
		if l.Library() && !l.Hidden {
			rows = append(rows, r.driveWire(drive.Place{Site: p.Site, List: l, Item: drive.Root(r.tx, l)}))
		}
	}
	return collection(call, "drives", rows), nil
}
