package console

import (
	"net/http"
	"slices"
	"time"

	"github.com/tennantite/tennantite/emulator/directory"
	"github.com/tennantite/tennantite/emulator/drive"
	"github.com/tennantite/tennantite/emulator/problem"
	"github.com/tennantite/tennantite/emulator/sharing"
	"github.com/tennantite/tennantite/emulator/state"
)

func binPages() []page {
	return []page{{
		Path: "/o/{tenant}/sites/{site}/bin", Title: "Recycle bin", show: showBin,
		actions: map[string]func(*call) (done, error){"restore": restoreItem, "purge": purgeItem},
	}}
}

// binned is an entry of the recycle bin.
type binned struct {
	ID, Name, By string
	At           time.Time
	Size         int64
	Folder       bool
}

// bin is what the acting person sees of a site's recycle bin: owners all, members what they deleted.
func (c *call) bin() (drive.Place, []state.Item, error) {
	at, err := c.place()
	if err != nil {
		return at, nil, err
	}
	if err := sharing.Require(c.tx, c.who, at, state.RoleWrite); err != nil {
		return at, nil, c.closed(at, err)
	}
	all := drive.Recycled(c.tx, at.Site)
	if sharing.Require(c.tx, c.who, at, state.RoleOwner) != nil {
		all = slices.DeleteFunc(all, func(i state.Item) bool { return !own(c.who, i.DeletedBy) })
	}
	return at, all, nil
}

func own(who directory.Principal, a state.Actor) bool {
	return who.User.ID != "" && a.UserID == who.User.ID
}

func showBin(c *call) (reply, error) {
	at, all, err := c.bin()
	if err != nil {
		return nil, err
	}
	data := struct {
		spot
		Rows []binned
		Curl string
	}{spot: c.spot(at, sharing.AccessTo(c.tx, c.who, at)), Curl: c.sharePoint(http.MethodGet, c.siteAddress(at.Site), "/_api/site/RecycleBin", nil).String()}
	for _, i := range all {
		data.Rows = append(data.Rows, binned{i.RecycleID, i.Name, i.DeletedBy.Name, i.DeletedAt, i.Size, i.Kind == state.Folder})
	}
	return view{Template: "bin", Title: "Recycle bin of " + data.Name, Data: data}, nil
}

func (c *call) fromBin(what, function string, do func(state.Item) error) (done, error) {
	at, all, err := c.bin()
	if err != nil {
		return done{}, err
	}
	id := c.field("entry")
	n := slices.IndexFunc(all, func(i state.Item) bool { return i.RecycleID == id })
	if n < 0 {
		return done{}, problem.For(problem.NotFound, problem.ItemNotFound, id, "There is no such entry in the recycle bin.")
	}
	k := c.sharePoint(http.MethodPost, c.siteAddress(at.Site), "/_api/site/RecycleBin('"+id+"')/"+function, nil)
	return done{Say: all[n].Name + what, Curl: k}, do(all[n])
}

func restoreItem(c *call) (done, error) {
	return c.fromBin(" is back where it was.", "Restore", func(i state.Item) error {
		_, err := drive.RestoreItem(c.tx, i, c.who.Actor())
		return err
	})
}

func purgeItem(c *call) (done, error) {
	return c.fromBin(" is gone for good.", "DeleteObject", func(i state.Item) error {
		drive.Purge(c.tx, i)
		return nil
	})
}
