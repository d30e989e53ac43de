package spoapi

import (
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/tennantite/tennantite/emulator/drive"
	"github.com/tennantite/tennantite/emulator/odata"
	"github.com/tennantite/tennantite/emulator/problem"
	"github.com/tennantite/tennantite/emulator/sharing"
	"github.com/tennantite/tennantite/emulator/state"
)

// recycleNodes are the recycle bin of a site (sharepoint.md 5). Members see what they deleted themselves, owners all.
func recycleNodes() []node {
	return []node{
		{
			Name: "recyclebin", Key: key{Of: "recycled", Resolve: recycledByKey},
			Children: []child{{Name: "GetById", Of: "recycled", Params: []string{"id"}, Resolve: recycledByID}},
			Operations: slices.Concat(
				reading(operation{Name: "recyclebin.list", Method: "GET", Source: "sharepoint.md 5", Handler: listRecycled}),
				writing(
					operation{Name: "recyclebin.RestoreAll", Method: "POST", Segment: "RestoreAll", Source: "sharepoint.md 5", Handler: withBin("RestoreAll", false, restoreRecycled)},
					operation{Name: "recyclebin.DeleteAll", Method: "POST", Segment: "DeleteAll", Source: "sharepoint.md 5", Handler: withBin("DeleteAll", false, purgeRecycled)},
					operation{Name: "recyclebin.MoveAllToSecondStage", Method: "POST", Segment: "MoveAllToSecondStage", Source: "from memory", Handler: withBin("MoveAllToSecondStage", false, furtherRecycled)},
					operation{Name: "recyclebin.RestoreByIds", Method: "POST", Segment: "RestoreByIds", Source: "sharepoint.md 5", Handler: withBin("RestoreByIds", true, restoreRecycled)},
					operation{Name: "recyclebin.DeleteByIds", Method: "POST", Segment: "DeleteByIds", Source: "from memory", Handler: withBin("DeleteByIds", true, purgeRecycled)},
					operation{Name: "recyclebin.MoveToSecondStageByIds", Method: "POST", Segment: "MoveToSecondStageByIds", Source: "from memory", Handler: withBin("MoveToSecondStageByIds", true, furtherRecycled)},
					operation{Name: "recyclebin.DeleteAllSecondStageItems", Method: "POST", Segment: "DeleteAllSecondStageItems", Source: "from memory", Handler: deleteSecondStage},
				),
			),
		},
		{
			Name: "recycled", Properties: odata.PropertiesOf(wireRecycled{}),
			Operations: slices.Concat(
				reading(operation{Name: "recycled.get", Method: "GET", Source: "sharepoint.md 5", Handler: getRecycled}),
				writing(
					operation{Name: "recycled.restore", Method: "POST", Segment: "Restore", Source: "sharepoint.md 5", Handler: withEntry("Restore", restoreRecycled)},
					operation{Name: "recycled.deleteObject", Method: "POST", Segment: "DeleteObject", Source: "from memory", Handler: withEntry("DeleteObject", purgeRecycled)},
					operation{Name: "recycled.delete", Method: "DELETE", Source: "from memory", Handler: withEntry("", purgeRecycled)},
					operation{Name: "recycled.moveToSecondStage", Method: "POST", Segment: "MoveToSecondStage", Source: "from memory", Handler: withEntry("MoveToSecondStage", furtherRecycled)},
				),
			),
		},
	}
}

// wireRecycled is SP.RecycleBinItem.
type wireRecycled struct {
	AuthorEmail    string    `json:"AuthorEmail"`
	AuthorName     string    `json:"AuthorName"`
	DeletedByEmail string    `json:"DeletedByEmail"`
	DeletedByName  string    `json:"DeletedByName"`
	DeletedDate    time.Time `json:"DeletedDate"`
	DeletedLocal   string    `json:"DeletedDateLocalFormatted"`
	DirName        string    `json:"DirName"`
	DirNamePath    wirePath  `json:"DirNamePath"`
	ID             string    `json:"Id"`
	ItemState      int       `json:"ItemState"`
	ItemType       int       `json:"ItemType"`
	LeafName       string    `json:"LeafName"`
	LeafNamePath   wirePath  `json:"LeafNamePath"`
	Size           string    `json:"Size"`
	Title          string    `json:"Title"`
}

// recycledType is 1 for files, 3 for list items, 5 for folders.
func recycledType(i state.Item) int {
	switch i.Kind {
	case state.Folder:
		return 5
	case state.ListItem:
		return 3
	case state.File:
	}
	return 1
}

// recycled is an entry of a site's recycle bin.
type recycled struct {
	site state.Site
	item state.Item
}

func (c *request) recycledEntity(r recycled) *entity {
	i := r.item
	dir := ""
	if l, ok := c.tx.List(i.TenantID, i.ListID); ok {
		path := drive.ServerPath(c.tx, r.site, l, i)
		dir = strings.Trim(path[:max(strings.LastIndexByte(path, '/'), 0)], "/")
	}
	return &entity{
		kind: "SP.RecycleBinItem", web: c.webURL(r.site), path: "Site/RecycleBin('" + i.RecycleID + "')",
		props: wireRecycled{
			AuthorEmail: i.CreatedBy.Email, AuthorName: i.CreatedBy.Name, DeletedByEmail: i.DeletedBy.Email, DeletedByName: i.DeletedBy.Name,
			DeletedDate: i.DeletedAt, DeletedLocal: i.DeletedAt.Format("1/2/2006 3:04 PM"), DirName: dir, DirNamePath: wirePath{dir},
			ID: i.RecycleID, ItemState: max(i.RecycleStage, 1), ItemType: recycledType(i), LeafName: i.Name, LeafNamePath: wirePath{i.Name},
			Size: strconv.FormatInt(i.Size, 10), Title: i.Name,
		},
		links: []link{
			{"Author", func() (any, error) { return c.actorEntity(r.site, i.CreatedBy), nil }},
			{"DeletedBy", func() (any, error) { return c.actorEntity(r.site, i.DeletedBy), nil }},
		},
	}
}

// bin returns what the caller sees in a site's recycle bin.
func (c *request) bin(s state.Site) ([]recycled, error) {
	at := placeOfSite(s)
	if err := c.require(at, state.RoleWrite); err != nil {
		return nil, err
	}
	owner := sharing.Require(c.tx, c.caller, at, state.RoleOwner) == nil
	var all []recycled
	for _, i := range drive.Recycled(c.tx, s) {
		if owner || i.DeletedBy.UserID == c.caller.User.ID && i.DeletedBy.UserID != "" {
			all = append(all, recycled{s, i})
		}
	}
	return all, nil
}

func listRecycled(c *request, call *odata.Call) (any, error) {
	s := placeOf(call.Value).Site
	all, err := c.bin(s)
	if err != nil {
		return nil, err
	}
	page := &collection{kind: "SP.RecycleBinItem", web: c.webURL(s)}
	for _, r := range all {
		page.items = append(page.items, c.recycledEntity(r))
	}
	return page, nil
}

func (c *request) recycledOf(s state.Site, id string) (any, error) {
	all, err := c.bin(s)
	if err != nil {
		return nil, err
	}
	for _, r := range all {
		if strings.EqualFold(r.item.RecycleID, strings.Trim(id, "{}")) {
			return r, nil
		}
	}
	return nil, errRecycled
}

func recycledByKey(c *request, v any, k odata.Predicate) (any, error) {
	return c.recycledOf(placeOf(v).Site, k.Text())
}

func recycledByID(c *request, v any, args odata.Args) (any, error) {
	return c.recycledOf(placeOf(v).Site, args.Text("id"))
}

func getRecycled(c *request, call *odata.Call) (any, error) {
	return c.recycledEntity(call.Value.(recycled)), nil
}

// withEntry does something with one entry.
func withEntry(function string, do func(*request, state.Item) error) func(*request, *odata.Call) (any, error) {
	return func(c *request, call *odata.Call) (any, error) {
		err := do(c, call.Value.(recycled).item)
		if function == "" {
			return nothing{}, err
		}
		return void{function}, err
	}
}

// withBin does something with all entries that the caller sees, or with those that the body names.
func withBin(function string, named bool, do func(*request, state.Item) error) func(*request, *odata.Call) (any, error) {
	return func(c *request, call *odata.Call) (any, error) {
		var in struct{ IDs []string }
		if err := c.decode(&in); err != nil {
			return nil, err
		}
		s := placeOf(call.Value).Site
		all, err := c.bin(s)
		if err != nil {
			return nil, err
		}
		if named {
			all = all[:0]
			for _, id := range in.IDs {
				r, err := c.recycledOf(s, id)
				if err != nil {
					return nil, err
				}
				all = append(all, r.(recycled))
			}
		}
		for _, r := range all {
			if err := do(c, r.item); err != nil {
				return nil, err
			}
		}
		return void{function}, nil
	}
}

func restoreRecycled(c *request, i state.Item) error {
	_, err := drive.RestoreItem(c.tx, i, c.actor())
	if problem.ReasonOf(err) == problem.NameExists {
		return errFileTaken(i.Name)
	}
	return err
}

func purgeRecycled(c *request, i state.Item) error {
	drive.Purge(c.tx, i)
	return nil
}

func furtherRecycled(c *request, i state.Item) error {
	drive.RecycleFurther(c.tx, i)
	return nil
}

// deleteSecondStage empties what members no longer see; site owners may.
func deleteSecondStage(c *request, call *odata.Call) (any, error) {
	s := placeOf(call.Value).Site
	if err := c.require(placeOfSite(s), state.RoleOwner); err != nil {
		return nil, err
	}
	for _, i := range drive.Recycled(c.tx, s) {
		if i.RecycleStage > 1 {
			drive.Purge(c.tx, i)
		}
	}
	return void{"DeleteAllSecondStageItems"}, nil
}
