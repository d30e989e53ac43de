package emulator_test

import (
	"encoding/base64"
	"encoding/json"
	"fmt"
	"maps"
	"net/http"
	"net/url"
	"strings"

	"github.com/tennantite/tennantite/emulator/drive"
	"github.com/tennantite/tennantite/emulator/state"
)

// run does so many operations, and lets the followers come after them now and then.
func (c *crowd) run(operations int) {
	const between = 400 // the most that happens before everybody must be equal
	for n := range operations {
		c.operate()
		for _, f := range []*followed{c.whole, c.part} {
			switch c.draw.IntN(8) {
			case 0, 1, 2:
				f.page(c)
			case 3: // a client that was away and has nothing left
				if c.draw.IntN(10) == 0 {
					f.link, f.known, f.fresh = "", map[string]seen{}, nil
				}
			}
		}
		if c.draw.IntN(12) == 0 {
			c.trouble()
		}
		if n%between == between-1 {
			c.compare()
		}
	}
	c.compare()
	if len(c.failed) == 0 {
		c.t.Error("nothing failed, so the faults were not tried")
	}
	c.t.Log("answers that were no success, by status:", c.failed)
}

// trouble changes what goes wrong from now on.
func (c *crowd) trouble() {
	rule := func(match, effect string) {
		c.control(http.MethodPut, "/faults", `{"rules":[{"match":`+match+`,"effect":`+effect+`,"limit":{"probability":0.3,"times":20}}]}`)
	}
	const all, reads = `{"host":"graph.microsoft.com"}`, `{"host":"graph.microsoft.com","method":"GET"}`
	switch c.draw.IntN(12) {
	case 0:
		rule(all, `{"status":429,"retryAfter":1}`)
	case 1:
		rule(all, `{"status":503}`)
	case 2:
		rule(all, `{"drop":true}`)
	case 3:
		rule(reads, `{"truncate":true}`)
	case 4:
		rule(all, `{"lostWrite":true}`)
	case 5:
		rule(reads, `{"resync":"resyncChangesApplyDifferences"}`)
	case 6:
		rule(reads, `{"resync":"resyncChangesUploadDifferences"}`)
	case 7:
		c.control(http.MethodPost, "/clock/advance", `{"by":"P40D"}`)
	case 8:
		c.control(http.MethodPost, "/snapshots", `{"name":"then"}`)
	case 9:
		c.back()
	default:
		c.control(http.MethodDelete, "/faults", "")
	}
}

// compare lets both followers read to the end and holds them against the drive.
func (c *crowd) compare() {
	c.control(http.MethodDelete, "/faults", "")
	for _, f := range []*followed{c.whole, c.part} {
		for !f.page(c) {
		}
		want := map[string]seen{}
		c.read(func(tx *state.Tx) {
			root := drive.Root(tx, c.list)
			for i := range tx.Items(c.list.TenantID, c.list.ID) {
				if !i.DeletedAt.IsZero() || !drive.Within(tx, i, f.folder) {
					continue
				}
				s := seen{name: i.Name}
				if i.ID != root.ID {
					s.parent = drive.ItemID(c.list, state.Item{ID: i.ParentID})
				} else {
					s.name = "root"
				}
				if i.Content != nil {
					s.hash = base64.StdEncoding.EncodeToString(i.Content.QuickXor[:])
				}
				want[drive.ItemID(c.list, i)] = s
			}
		})
		if !maps.Equal(f.known, want) {
			c.differ(f, want)
		}
	}
}

func (c *crowd) differ(f *followed, want map[string]seen) {
	c.t.Helper()
	for id, s := range want {
		if got, ok := f.known[id]; !ok || got != s {
			c.t.Errorf("%s: %q is %+v, the follower has %+v (%v)", f.who, id, s, got, ok)
		}
	}
	for id, s := range f.known {
		if _, ok := want[id]; !ok {
			c.t.Errorf("%s: the follower has %q %+v, which is not in the drive", f.who, id, s)
		}
	}
	c.t.FailNow()
}

// things are the live items of the library by kind, as wire ids, and what is in the bin.
func (c *crowd) things() (files, folders []string, bin []string) {
	c.read(func(tx *state.Tx) {
		for i := range tx.Items(c.list.TenantID, c.list.ID) {
			id := drive.ItemID(c.list, i)
			switch {
			case !i.DeletedAt.IsZero():
			case i.Kind == state.Folder:
				folders = append(folders, id)
			default:
				files = append(files, id)
			}
		}
		for _, i := range drive.Recycled(tx, c.site) {
			bin = append(bin, i.RecycleID)
		}
	})
	return files, folders, bin
}

func (c *crowd) one(of []string) string {
	if len(of) == 0 {
		return ""
	}
	return of[c.draw.IntN(len(of))]
}

func (c *crowd) name() string {
	c.names++
	return []string{"a", "Ä", "with space", "100%", "#", "e\u0301", "日本", "it's"}[c.draw.IntN(8)] + fmt.Sprint(c.draw.IntN(12))
}

// operate lets somebody do something. Refusals are part of the game: a name that is taken, a folder into itself.
func (c *crowd) operate() {
	who := c.one([]string{"megan@contoso.com", "alex@contoso.com", restorer})
	files, folders, bin := c.things()
	folder, file := c.one(folders), c.one(files)
	item := c.one(append(files, folders...))
	if item == c.part.scope { // it stays where it is
		item = file
	}
	api := graphHost + "/v1.0/drives/" + c.drive + "/items/"
	const most = 70
	grow := len(files)+len(folders) < most
	var a told
	switch n := c.draw.IntN(13); {
	case n == 0 && grow:
		a = c.send(who, http.MethodPost, api+folder+"/children", fmt.Sprintf(`{"name":%q,"folder":{},"@microsoft.graph.conflictBehavior":"rename"}`, c.name()))
	case n <= 2 && grow:
		a = c.send(who, http.MethodPut, api+folder+":/"+url.PathEscape(c.name())+":/content?@microsoft.graph.conflictBehavior=rename", fmt.Sprint(c.draw.Uint64()))
	case n == 3 && file != "":
		a = c.send(who, http.MethodPut, api+file+"/content", fmt.Sprint(c.draw.Uint64()))
	case n == 4 && item != "":
		a = c.send(who, http.MethodPatch, api+item, fmt.Sprintf(`{"name":%q}`, c.name()))
	case n <= 6 && item != "":
		a = c.send(who, http.MethodPatch, api+item, fmt.Sprintf(`{"parentReference":{"id":%q},"@microsoft.graph.conflictBehavior":"rename"}`, folder))
	case n == 7 && item != "" && grow:
		a = c.send(who, http.MethodPost, api+item+"/copy", fmt.Sprintf(`{"name":%q,"parentReference":{"driveId":%q,"id":%q}}`, c.name(), c.drive, folder))
	case n <= 9 && item != "" && !c.holds(item):
		a = c.send(who, http.MethodDelete, api+item, "")
	case n == 10 && len(bin) > 0:
		a = c.send(restorer, http.MethodPost, "https://contoso.sharepoint.com/sites/project-x/_api/web/RecycleBin('"+c.one(bin)+"')/"+
			c.one([]string{"restore()", "restore()", "deleteObject()"}), "")
	case n == 11 && item != "":
		c.share(who, api+item)
		return
	case n == 12 && len(c.shared) > 0:
		at := c.one(c.shared)
		a = c.send(who, http.MethodDelete, api+strings.Replace(at, "/", "/permissions/", 1), "")
	default:
		return
	}
	if a.status == 0 || a.status >= http.StatusBadRequest {
		c.expected(a)
	}
}

// holds tells whether the guest's folder stands in an item.
func (c *crowd) holds(item string) (in bool) {
	c.read(func(tx *state.Tx) {
		for i := range tx.Items(c.list.TenantID, c.list.ID) {
			if drive.ItemID(c.list, i) == item {
				scope, _ := tx.Item(c.list.TenantID, c.list.ID, c.part.folder)
				in = drive.Within(tx, scope, i.ID)
			}
		}
	})
	return in
}

func (c *crowd) share(who, address string) {
	a := c.send(who, http.MethodPost, address+"/createLink", `{"type":"view","scope":"organization"}`)
	var p struct{ ID string }
	if a.status/100 != 2 || json.Unmarshal(a.body, &p) != nil {
		c.expected(a)
		return
	}
	c.shared = append(c.shared, address[strings.LastIndexByte(address, '/')+1:]+"/"+p.ID)
}

// back takes the world back to a snapshot, if there is one: the followers know more than the service then.
func (c *crowd) back() {
	var list struct{ Value []struct{ Name string } }
	if err := json.Unmarshal(c.control(http.MethodGet, "/snapshots", ""), &list); err == nil && len(list.Value) > 0 {
		c.control(http.MethodPost, "/snapshots/then/restore", "")
	}
}
