package spoapi

import (
	"fmt"
	"strconv"
	"strings"
	"time"

	"github.com/tennantite/tennantite/emulator/drive"
	"github.com/tennantite/tennantite/emulator/odata"
	"github.com/tennantite/tennantite/emulator/sharing"
	"github.com/tennantite/tennantite/emulator/state"
)

// version is an older content of a file.
type version struct {
	at drive.Place
	state.Version
}

// wireVersion is SP.FileVersion.
type wireVersion struct {
	CheckInComment   string    `json:"CheckInComment"`
	Created          time.Time `json:"Created"`
	ID               int       `json:"ID"`
	IsCurrentVersion bool      `json:"IsCurrentVersion"`
	Length           string    `json:"Length"`
	Size             int64     `json:"Size"`
	URL              string    `json:"Url"`
	VersionLabel     string    `json:"VersionLabel"`
}

func (c *request) versionEntity(v version) *entity {
	id := v.Number * versionStep
	var size int64
	if v.Content != nil {
		size = v.Content.Size
	}
	path := strings.TrimPrefix(drive.ServerPath(c.tx, v.at.Site, v.at.List, v.at.Item), strings.TrimSuffix(webPath(v.at.Site), "/")+"/")
	return &entity{
		kind: "SP.FileVersion", web: c.webURL(v.at.Site),
		path: fmt.Sprintf("Web/GetFileById('%s')/Versions(%d)", v.at.Item.ID, id),
		props: wireVersion{
			Created: v.ModifiedAt, ID: id, Length: strconv.FormatInt(size, 10), Size: size,
			URL: fmt.Sprintf("_vti_history/%d/%s", id, path), VersionLabel: strconv.Itoa(v.Number) + ".0",
		},
		links: []link{{"CreatedBy", func() (any, error) { return c.actorEntity(v.at.Site, v.ModifiedBy), nil }}},
	}
}

// versionPage lists the older versions of a file; the present one is not among them.
func (c *request) versionPage(at drive.Place) *collection {
	page := &collection{kind: "SP.FileVersion", web: c.webURL(at.Site)}
	for _, v := range at.Item.Versions {
		page.items = append(page.items, c.versionEntity(version{at, v}))
	}
	return page
}

func listVersions(c *request, call *odata.Call) (any, error) {
	at := placeOf(call.Value)
	if err := c.require(at, state.RoleRead); err != nil {
		return nil, err
	}
	return c.versionPage(at), nil
}

func versionOf(v any, id int64, ok bool) (any, error) {
	at := placeOf(v)
	for _, old := range at.Item.Versions {
		if ok && int64(old.Number*versionStep) == id {
			return version{at, old}, nil
		}
	}
	return nil, errFolder
}

func versionByKey(_ *request, v any, k odata.Predicate) (any, error) {
	id, ok := k.Value.Int()
	return versionOf(v, id, ok)
}

func versionByID(_ *request, v any, args odata.Args) (any, error) {
	id, ok := args.Int("versionId")
	return versionOf(v, id, ok)
}

func getVersion(c *request, call *odata.Call) (any, error) {
	v := call.Value.(version)
	if err := c.require(v.at, state.RoleRead); err != nil {
		return nil, err
	}
	return c.versionEntity(v), nil
}

func readVersion(c *request, call *odata.Call) (any, error) {
	v := call.Value.(version)
	if err := sharing.RequireContent(c.tx, c.caller, v.at); err != nil {
		return nil, err
	}
	return content{kind: "application/octet-stream", name: v.at.Item.Name, at: v.ModifiedAt, reader: drive.ContentReader(v.Content, 0)}, nil
}

func deleteVersion(c *request, call *odata.Call) (any, error) {
	v := call.Value.(version)
	if err := c.require(v.at, state.RoleWrite); err != nil {
		return nil, err
	}
	return nothing{}, drive.DeleteVersion(c.tx, v.at.Item, v.Number)
}

// deleteVersions drops all older versions.
func deleteVersions(c *request, call *odata.Call) (any, error) {
	at := placeOf(call.Value)
	if err := c.require(at, state.RoleWrite); err != nil {
		return nil, err
	}
	for _, v := range at.Item.Versions {
		now, _ := c.tx.Item(at.Item.TenantID, at.Item.ListID, at.Item.ID)
		if err := drive.DeleteVersion(c.tx, now, v.Number); err != nil {
			return nil, err
		}
	}
	return void{"DeleteAll"}, nil
}

func restoreVersion(c *request, call *odata.Call) (any, error) {
	at := placeOf(call.Value)
	if err := c.require(at, state.RoleWrite); err != nil {
		return nil, err
	}
	major, _, _ := strings.Cut(call.Args.Text("versionLabel"), ".")
	n, err := strconv.Atoi(major)
	if err != nil {
		return nil, errFolder
	}
	_, err = drive.RestoreVersion(c.tx, at.Item, n, c.actor())
	return void{"RestoreByLabel"}, err
}
