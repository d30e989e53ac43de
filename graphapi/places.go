package graphapi

import (
	"strings"

	"github.com/tennantite/tennantite/emulator/directory"
	"github.com/tennantite/tennantite/emulator/drive"
	"github.com/tennantite/tennantite/emulator/odata"
	"github.com/tennantite/tennantite/emulator/problem"
	"github.com/tennantite/tennantite/emulator/sharing"
	"github.com/tennantite/tennantite/emulator/state"
)

// The nodes site, drive, driveItem, list and listItem hold a [drive.Place]: a site; a list with its root folder; an item.
// Whoever has no right at all in a site is stopped on the way to it; the operations ask for the role that they need.

// sitesSelected lets an application into the sites that were given to it one by one; sharing decides for each.
const sitesSelected = "Sites.Selected"

// The permissions of tokens, by what an operation does; graph.md 7.2 and 7.3.
var (
	//nolint:gochecknoglobals // constant lists
	readFiles = []string{
		"Files.Read", "Files.ReadWrite", "Files.Read.All", "Files.ReadWrite.All", "Sites.Read.All", "Sites.ReadWrite.All",
		"Sites.Manage.All", "Sites.FullControl.All",
	}
	//nolint:gochecknoglobals // constant lists
	writeFiles = []string{
		"Files.ReadWrite", "Files.ReadWrite.All", "Sites.ReadWrite.All", "Sites.Manage.All", "Sites.FullControl.All",
	}
	//nolint:gochecknoglobals // constant lists
	readFilesAlone = []string{
		"Files.Read.All", "Files.ReadWrite.All", "Sites.Read.All", "Sites.ReadWrite.All", "Sites.Manage.All", "Sites.FullControl.All",
		sitesSelected,
	}
	//nolint:gochecknoglobals // constant lists
	writeFilesAlone = []string{"Files.ReadWrite.All", "Sites.ReadWrite.All", "Sites.Manage.All", "Sites.FullControl.All", sitesSelected}
	//nolint:gochecknoglobals // constant lists
	readSites = []string{"Sites.Read.All", "Sites.ReadWrite.All", "Sites.Manage.All", "Sites.FullControl.All"}
	//nolint:gochecknoglobals // constant lists
	writeSites = []string{"Sites.ReadWrite.All", "Sites.Manage.All", "Sites.FullControl.All"}
	//nolint:gochecknoglobals // constant lists
	manageSites = []string{"Sites.Manage.All", "Sites.FullControl.All"}
)

// reading, writing: an operation on files with its permissions.
func reading(o operation) operation {
	o.Delegated, o.Application = readFiles, readFilesAlone
	return o
}

func writing(o operation) operation {
	o.Delegated, o.Application = writeFiles, writeFilesAlone
	return o
}

// onSite is an operation on sites and lists with its permissions.
func onSite(permissions []string, o operation) operation {
	o.Delegated, o.Application = permissions, append([]string{sitesSelected}, permissions...)
	return o
}

// itemsOf is the collection of a drive's items, addressed by id.
type itemsOf struct{ drive.Place }

// placeOf is the place that a call works on.
func placeOf(call *odata.Call) drive.Place {
	p, _ := call.Value.(drive.Place)
	return p
}

// enter lets the caller into a site, if he has some right there.
func (r *request) enter(s state.Site) error {
	if sharing.Enters(r.tx, r.caller, s) {
		return nil
	}
	return problem.New(problem.Denied, problem.AccessDenied, denied)
}

// at is the place of a site, checked.
func (r *request) at(s state.Site) (any, error) {
	if err := r.enter(s); err != nil {
		return nil, err
	}
	return drive.Place{Site: s}, nil
}

// library is the place of a site's library, by default its default one.
func (r *request) library(s state.Site) (any, error) {
	if err := r.enter(s); err != nil {
		return nil, err
	}
	l, ok := drive.DefaultLibrary(r.tx, s)
	if !ok {
		return nil, problem.New(problem.NotFound, problem.ListNotFound, "The site has no document library.")
	}
	return drive.Place{Site: s, List: l, Item: drive.Root(r.tx, l)}, nil
}

// personal is a person's OneDrive, made on first use by himself.
func (r *request) personal(u state.User) (any, error) {
	s, ok := r.tx.SiteByOwner(u.TenantID, u.ID)
	if ok {
		return r.library(s)
	}
	if !r.tx.Writable() {
		return nil, errNeedsWrite
	}
	s, err := drive.EnsurePersonalSite(r.tx, u)
	if err != nil {
		return nil, err
	}
	return r.library(s)
}

func driveOfUser(r *request, parent any, _ odata.Args) (any, error) {
	u, _ := parent.(state.User)
	return r.personal(u)
}

func siteOfGroup(r *request, parent any, _ odata.Args) (state.Site, error) {
	g, _ := parent.(state.Group)
	s, ok := r.tx.SiteByGroup(g.TenantID, g.ID)
	if !ok {
		return state.Site{}, problem.For(problem.NotFound, problem.SiteNotFound, g.ID, "The group has no site.")
	}
	return s, nil
}

func driveOfGroup(r *request, parent any, args odata.Args) (any, error) {
	s, err := siteOfGroup(r, parent, args)
	if err != nil {
		return nil, err
	}
	return r.library(s)
}

func rootSiteOfGroup(r *request, parent any, args odata.Args) (any, error) {
	s, err := siteOfGroup(r, parent, args)
	if err != nil {
		return nil, err
	}
	return r.at(s)
}

func driveOfSite(r *request, parent any, _ odata.Args) (any, error) {
	p, _ := parent.(drive.Place)
	return r.library(p.Site)
}

func driveByID(r *request, _ any, k odata.Predicate) (any, error) {
	s, l, err := drive.FindDrive(r.tx, r.tenant.ID, k.Text())
	if err != nil {
		return nil, err
	}
	if err := r.enter(s); err != nil {
		return nil, err
	}
	return drive.Place{Site: s, List: l, Item: drive.Root(r.tx, l)}, nil
}

func itemsOfDrive(_ *request, parent any, _ odata.Args) (any, error) {
	p, _ := parent.(drive.Place)
	return itemsOf{p}, nil
}

func itemByID(r *request, items any, k odata.Predicate) (any, error) {
	p := items.(itemsOf).Place
	i, err := drive.FindItem(r.tx, p.List, k.Text())
	if err != nil {
		return nil, err
	}
	p.Item = i
	return p, nil
}

func itemByPath(r *request, self any, path string) (any, error) {
	p, _ := self.(drive.Place)
	i, err := drive.ByPath(r.tx, p.List, p.Item, path)
	if err != nil {
		return nil, err
	}
	p.Item = i
	return p, nil
}

func childByName(r *request, folder any, k odata.Predicate) (any, error) {
	return itemByPath(r, folder, k.Text())
}

// specialNames are the folders that a OneDrive has by meaning (graph.md 7.4); approot is the caller's application's.
func (r *request) specialPath(name string) (string, bool) {
	switch strings.ToLower(name) {
	case "documents":
		return "Documents", true
	case "photos":
		return "Pictures", true
	case "cameraroll":
		return "Pictures/Camera Roll", true
	case "music":
		return "Music", true
	case "approot":
		name := r.caller.AppID
		if a, ok := directory.ServicePrincipalByAppID(r.tx, r.tenant.ID, name); ok && drive.CheckName(a.DisplayName) == nil {
			name = a.DisplayName
		}
		return "Apps/" + name, true
	}
	return "", false
}

// specialByName is made on first use, as the service does.
func specialByName(r *request, parent any, k odata.Predicate) (any, error) {
	p, _ := parent.(drive.Place)
	path, ok := r.specialPath(k.Text())
	if !ok || !p.Site.Personal {
		return nil, problem.For(problem.NotFound, problem.ItemNotFound, k.Text(), "Special folder not found")
	}
	if v, err := itemByPath(r, p, path); err == nil {
		return v, nil
	}
	if err := sharing.Require(r.tx, r.caller, p, state.RoleWrite); err != nil {
		return nil, err
	}
	if !r.tx.Writable() {
		return nil, errNeedsWrite
	}
	i, err := drive.EnsureFolder(r.tx, p.List, path, r.caller.Actor())
	if err != nil {
		return nil, err
	}
	i.Special = strings.ToLower(k.Text())
	p.Item = r.tx.PutItem(i)
	return p, nil
}
