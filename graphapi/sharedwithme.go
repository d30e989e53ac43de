package graphapi

import (
	"slices"
	"strings"

	"github.com/tennantite/tennantite/emulator/directory"
	"github.com/tennantite/tennantite/emulator/drive"
	"github.com/tennantite/tennantite/emulator/odata"
	"github.com/tennantite/tennantite/emulator/sharing"
)

func sharedWithMeNodes() []node {
	return []node{{
		Name: "drive",
		Operations: []operation{
			reading(operation{
				Name: "drive.sharedWithMe", Method: "GET", Segment: "sharedWithMe", Aliases: []string{"microsoft.graph.sharedWithMe"},
				Source: "GD:api/drive-sharedwithme", Handler: sharedWithMe,
			}),
		},
	}}
}

// sharedWithMe lists what others shared with the caller: of his own organisation, with allowexternal=true of those where
// he is a guest too. An application alone has nothing (pitfalls.md 3.D).
func sharedWithMe(r *request, call *odata.Call) (any, error) {
	rows := []wireItem{}
	for _, p := range r.sharedPlaces() {
		w := r.writer(p.Site, p.List)
		item := w.item(p.Item)
		rows = append(rows, wireItem{
			Created: item.Created, CreatedBy: item.CreatedBy, ID: item.ID, Modified: item.Modified, ModifiedBy: item.ModifiedBy,
			Name: item.Name, WebURL: item.WebURL, File: item.File, Folder: item.Folder, FileSystem: item.FileSystem, Size: item.Size,
			Shared: item.Shared, RemoteItem: w.remote(p.Item),
		})
	}
	switch sharing.SharedWithMeMode(r.tenant) {
	case sharing.SharedWithMeOff:
		rows = rows[:0]
	case sharing.SharedWithMeDegraded:
		return collection(call, "Collection(driveItem)", rows[:min(len(rows), 1)]), nil
	}
	rows, next, err := pageOf(r, call, rows, 200, 999, func(w wireItem) string { return w.ID })
	if err != nil {
		return nil, err
	}
	return page(call, "Collection(driveItem)", rows, nil, next), nil
}

func (r *request) sharedPlaces() []drive.Place {
	if r.caller.User.ID == "" {
		return nil
	}
	places := sharing.SharedWith(r.tx, r.caller)
	if strings.EqualFold(r.http.URL.Query().Get("allowexternal"), "true") {
		account := directory.Account(r.caller.User)
		for t := range r.tx.Tenants() {
			if t.ID == r.tenant.ID {
				continue
			}
			if u, ok := directory.ObjectOf(r.tx, t.ID, account); ok && u.AccountEnabled {
				places = append(places, sharing.SharedWith(r.tx, directory.Principal{Tenant: t.ID, User: u})...)
			}
		}
	}
	slices.SortStableFunc(places, func(a, b drive.Place) int { return strings.Compare(a.Item.Name, b.Item.Name) })
	return places
}
