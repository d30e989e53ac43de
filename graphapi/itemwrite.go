package graphapi

import (
	"net/http"
	"strings"
	"time"

	"github.com/tennantite/tennantite/emulator/drive"
	"github.com/tennantite/tennantite/emulator/odata"
	"github.com/tennantite/tennantite/emulator/problem"
	"github.com/tennantite/tennantite/emulator/sharing"
	"github.com/tennantite/tennantite/emulator/state"
)

// itemBody is what clients send of an item. Instance attributes have one spelling on Graph and another on SharePoint
// hosts, and clients of Graph send both (graph.md 7.4).
type itemBody struct {
	Name          *string         `json:"name"`
	Description   *string         `json:"description"`
	Folder        *empty          `json:"folder"`
	File          *empty          `json:"file"`
	Size          *int64          `json:"fileSize"`
	Parent        *parentBody     `json:"parentReference"`
	FileSystem    *fileSystemBody `json:"fileSystemInfo"`
	GraphConflict string          `json:"@microsoft.graph.conflictBehavior"`
	NameConflict  string          `json:"@name.conflictBehavior"`
}

type parentBody struct {
	DriveID string `json:"driveId"`
	ID      string `json:"id"`
	Path    string `json:"path"`
}

type fileSystemBody struct {
	Created  *time.Time `json:"createdDateTime"`
	Modified *time.Time `json:"lastModifiedDateTime"`
}

// conflict is the behaviour that body or query ask for; "" where they do not.
func (r *request) conflict(call *odata.Call, b itemBody) (drive.Conflict, error) {
	asked := b.GraphConflict
	for _, other := range []string{
		b.NameConflict, call.Query.Custom.Get("@microsoft.graph.conflictBehavior"), call.Query.Custom.Get("@name.conflictBehavior"),
	} {
		if asked == "" {
			asked = other
		}
	}
	switch c := drive.Conflict(strings.ToLower(asked)); c {
	case "", drive.Fail, drive.Replace, drive.Rename:
		return c, nil
	}
	return "", problem.For(problem.Invalid, problem.InvalidProperty, "@microsoft.graph.conflictBehavior", "The conflict behaviour '%s' is not known.", asked)
}

// times are the client's own times; the zero of those that it did not send.
func (b itemBody) times() (created, modified time.Time) {
	if b.FileSystem == nil {
		return created, modified
	}
	return sent(b.FileSystem.Created), sent(b.FileSystem.Modified)
}

// sent is a time as a client means it: the zero of its language means none.
func sent(t *time.Time) time.Time {
	if t == nil || t.Year() <= 1 {
		return time.Time{}
	}
	return t.UTC()
}

func addChild(r *request, call *odata.Call) (any, error) {
	p, err := r.writable(call)
	if err != nil {
		return nil, err
	}
	var b itemBody
	if err := r.decodeOpen(&b); err != nil {
		return nil, err
	}
	c, err := r.conflict(call, b)
	switch {
	case err != nil:
		return nil, err
	case b.Name == nil:
		return nil, problem.For(problem.Invalid, problem.MissingProperty, "name", "The name in the provided oneDriveItem is empty.")
	case (b.Folder == nil) == (b.File == nil):
		return nil, problem.For(problem.Invalid, problem.MissingProperty, "folder", "Exactly one of the facets folder and file must be given.")
	case b.File != nil:
		if c == "" {
			c = drive.Fail
		}
		created, modified := b.times()
		p.Item, _, err = drive.PutFile(r.tx, p.List, p.Item, drive.FileSpec{
			Name: *b.Name, Content: drive.ContentOf(nil), Conflict: c, FSCreatedAt: created, FSModifiedAt: modified, By: r.caller.Actor(),
		})
	default:
		p.Item, err = drive.AddFolder(r.tx, p.List, p.Item, *b.Name, c, r.caller.Actor())
	}
	if err != nil {
		return nil, err
	}
	return r.itemReply(call, p).as(http.StatusCreated), nil
}

// itemReply answers an item that was made or changed.
func (r *request) itemReply(call *odata.Call, p drive.Place) *reply {
	v := r.itemWire(p)
	call.Property = ""
	return entity(call, "drives('"+drive.DriveID(p.Site, p.List)+"')/items", v).with("ETag", v.ETag)
}

func patchItem(r *request, call *odata.Call) (any, error) {
	p, err := r.writable(call)
	if err != nil {
		return nil, err
	}
	var b itemBody
	if err := r.decodeOpen(&b); err != nil {
		return nil, err
	}
	change := drive.ItemChange{Description: b.Description, IfMatch: r.http.Header.Get("If-Match"), By: r.caller.Actor()}
	if change.Conflict, err = r.conflict(call, b); err != nil {
		return nil, err
	}
	change.FSCreatedAt, change.FSModifiedAt = b.times()
	if b.Name != nil && *b.Name != "" {
		change.Name = b.Name
	}
	if b.Parent != nil {
		to, given, err := r.target(p, *b.Parent)
		if err != nil {
			return nil, err
		}
		if given {
			change.Parent = &to.Item
		}
	}
	if p.Item, err = drive.UpdateItem(r.tx, p.List, p.Item, change); err != nil {
		return nil, err
	}
	return r.itemReply(call, p), nil
}

// target is the folder that a parentReference names, by id or by path, in the item's own drive or another one; given is
// false where it names none. The word root is no id there (graph.md 7.3).
func (r *request) target(from drive.Place, b parentBody) (to drive.Place, given bool, err error) {
	to = from
	if b.DriveID != "" && b.DriveID != drive.DriveID(from.Site, from.List) {
		if to.Site, to.List, err = drive.FindDrive(r.tx, r.tenant.ID, b.DriveID); err != nil {
			return to, false, err
		}
		to.Item = drive.Root(r.tx, to.List)
		given = true
	}
	switch {
	case b.ID == "root":
		return to, false, problem.For(problem.Invalid, problem.InvalidProperty, "parentReference", "The parent must be named by its own id.")
	case b.ID != "":
		if to.Item, err = drive.FindItem(r.tx, to.List, b.ID); err != nil {
			return to, false, err
		}
		given = true
	case b.Path != "":
		_, path, ok := strings.Cut(b.Path, "root:")
		if !ok && !strings.HasSuffix(b.Path, "/root") {
			return to, false, problem.For(problem.Invalid, problem.InvalidProperty, "parentReference", "The path of the parent is not valid.")
		}
		if to.Item, err = drive.ByPath(r.tx, to.List, drive.Root(r.tx, to.List), path); err != nil {
			return to, false, err
		}
		given = true
	}
	if !given {
		return to, false, nil
	}
	return to, true, sharing.Require(r.tx, r.caller, to, state.RoleWrite)
}

func deleteItem(r *request, call *odata.Call) (any, error) {
	p, err := r.writable(call)
	if err != nil {
		return nil, err
	}
	if err := drive.DeleteItem(r.tx, p.List, p.Item, r.http.Header.Get("If-Match"), r.caller.Actor()); err != nil {
		return nil, err
	}
	return noContent(), nil
}

func deleteItemForGood(r *request, call *odata.Call) (any, error) {
	p, err := r.writable(call)
	if err != nil {
		return nil, err
	}
	if err := drive.DeleteForGood(r.tx, p.List, p.Item, r.http.Header.Get("If-Match"), r.caller.Actor()); err != nil {
		return nil, err
	}
	return noContent(), nil
}

func copyItem(r *request, call *odata.Call) (any, error) {
	p, err := r.readable(call)
	if err != nil {
		return nil, err
	}
	var b itemBody
	if err := r.decodeOpen(&b); err != nil {
		return nil, err
	}
	spec := drive.CopySpec{List: p.List, By: r.caller.Actor()}
	if spec.Conflict, err = r.conflict(call, b); err != nil {
		return nil, err
	}
	if b.Name != nil {
		spec.Name = *b.Name
	}
	to, given := p, false
	if b.Parent != nil {
		if to, given, err = r.target(p, *b.Parent); err != nil {
			return nil, err
		}
	}
	if !given {
		to.Item, _ = drive.Parent(r.tx, p.Item)
		if err := sharing.Require(r.tx, r.caller, to, state.RoleWrite); err != nil {
			return nil, err
		}
	}
	spec.List, spec.Parent = to.List, to.Item
	o, err := drive.Copy(r.tx, p.Item, spec)
	if err != nil {
		return nil, err
	}
	w := r.writer(to.Site, to.List)
	return accepted(r.origin.Monitor(w.prefix, w.host, o.ID)), nil
}
