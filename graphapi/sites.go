package graphapi

import (
	"slices"
	"strings"
	"time"

	"github.com/tennantite/tennantite/emulator/drive"
	"github.com/tennantite/tennantite/emulator/links"
	"github.com/tennantite/tennantite/emulator/odata"
	"github.com/tennantite/tennantite/emulator/problem"
	"github.com/tennantite/tennantite/emulator/sharing"
	"github.com/tennantite/tennantite/emulator/state"
)

// wireSite is a site (graph.md 7.2).
type wireSite struct {
	Created        time.Time          `json:"createdDateTime"`
	Description    string             `json:"description,omitempty"`
	ID             string             `json:"id"`
	Modified       time.Time          `json:"lastModifiedDateTime"`
	Name           string             `json:"name"`
	WebURL         string             `json:"webUrl"`
	DisplayName    string             `json:"displayName"`
	IsPersonalSite bool               `json:"isPersonalSite,omitempty"`
	Root           *empty             `json:"root,omitempty"`
	SiteCollection wireSiteCollection `json:"siteCollection"`
	SharePointIDs  *wireIDs           `json:"sharepointIds,omitempty" odata:"select"`
	Drive          *wireDrive         `json:"drive,omitempty" odata:"expand"`
	Drives         []wireDrive        `json:"drives,omitempty" odata:"expand"`
	Lists          []wireList         `json:"lists,omitempty" odata:"expand"`
}

type wireSiteCollection struct {
	Hostname string `json:"hostname"`
	Root     *empty `json:"root,omitempty"`
}

// siteNodes are sites and what leads from them to files.
func siteNodes() []node {
	return []node{
		{Name: rootNode, Children: []child{{Name: "sites", Of: "sites"}}},
		{Name: "group", Children: []child{{Name: "sites", Of: "sitesOfGroup", Resolve: rootSiteOfGroup}}},
		{Name: "sitesOfGroup", Key: key{Of: "site", Resolve: siteWithin}},
		{Name: "sites", Key: key{Of: "site", Resolve: siteByID}, Operations: []operation{
			onSite(readSites, operation{Name: "sites.list", Method: "GET", Source: "GD:api/site-search", Handler: searchSites}),
			{Name: "sites.all", Method: "GET", Segment: "getAllSites", Application: readSites, Source: "GD:api/site-getallsites", Handler: searchSites},
		}},
		{
			Name:        "site",
			Properties:  odata.PropertiesOf(wireSite{}),
			Path:        siteByPath,
			NotEmulated: []string{"analytics", "columns", "contentModels", "contentTypes", "externalColumns", "getActivitiesByInterval", "items", "onenote", "operations", "pages", "recycleBin", "termStore", "termStores", "follow"},
			Children: []child{
				{Name: "drive", Of: "drive", Resolve: driveOfSite},
				{Name: "drives", Of: "drivesOf", Resolve: driveOfSite},
				{Name: "lists", Of: "lists"},
				{Name: "sites", Of: "subsites"},
				{Name: "getByPath", Of: "site", Params: []string{"path"}, Resolve: siteOfArgs},
			},
			Operations: []operation{
				onSite(readSites, operation{Name: "site.get", Method: "GET", Source: "GD:api/site-get", Handler: getSite}),
			},
		},
		{Name: "subsites", Key: key{Of: "site", Resolve: siteWithin}, Operations: []operation{
			onSite(readSites, operation{Name: "subsites.list", Method: "GET", Source: "GD:api/site-list-subsites", Handler: listSubsites}),
		}},
	}
}

// siteByID takes root, a host name, or the triple of host name and GUIDs; the site's GUID alone is taken too.
func siteByID(r *request, _ any, k odata.Predicate) (any, error) {
	id := k.Text()
	unknown := problem.For(problem.NotFound, problem.SiteNotFound, id, "Requested site could not be found")
	if strings.EqualFold(id, "root") {
		return r.rootSite()
	}
	part := strings.Split(id, ",")
	host, known := links.Resolve("https", part[0], r.origin.Suffix)
	if known && (host.Service != links.SharePoint || host.Prefix != r.tenant.SharePointPrefix() || host.Host == links.Admin) {
		return nil, problem.For(problem.Invalid, problem.InvalidProperty, id, "Invalid hostname for this tenancy")
	}
	switch {
	case known && len(part) == 1 && host.Host == links.My:
		// The host of OneDrive has sites by path only.
		return drive.Place{Site: state.Site{TenantID: r.tenant.ID, Path: "/", Personal: true}}, nil
	case known && len(part) == 1:
		return r.rootSite()
	case known && len(part) == 2:
		return r.siteOfGUIDs(part[1], "", unknown)
	case known && len(part) == 3:
		return r.siteOfGUIDs(part[1], part[2], unknown)
	case !known && len(part) == 1:
		return r.siteOfGUIDs(part[0], "", unknown)
	case !known && len(part) == 2:
		return r.siteOfGUIDs(part[0], part[1], unknown)
	}
	return nil, unknown
}

func (r *request) siteOfGUIDs(site, web string, unknown error) (any, error) {
	s, ok := r.tx.Site(r.tenant.ID, site)
	if !ok || web != "" && !strings.EqualFold(web, s.WebID) {
		return nil, unknown
	}
	return r.at(s)
}

func (r *request) rootSite() (any, error) {
	s := drive.EnsureRootSite(r.tx, r.tenant.ID)
	if s.ID == "" {
		return nil, errNeedsWrite
	}
	// Whoever has no right there may still go on from it by path.
	return drive.Place{Site: s}, nil
}

// siteByPath takes a server-relative path behind a site, which is nearly always the root.
func siteByPath(r *request, self any, path string) (any, error) {
	p, _ := self.(drive.Place)
	full := strings.TrimSuffix(p.Site.Path, "/") + "/" + strings.Trim(path, "/")
	s, rest, ok := drive.SiteOfPath(r.tx, r.tenant.ID, p.Site.Personal, full)
	if !ok || rest != "" {
		return nil, problem.For(problem.NotFound, problem.SiteNotFound, path, "The provided path does not exist, or does not represent a site")
	}
	return r.at(s)
}

func siteOfArgs(r *request, self any, args odata.Args) (any, error) {
	return siteByPath(r, self, args.Text("path"))
}

// siteWithin is a site by id below another one or a group: "root" is that one itself.
func siteWithin(r *request, parent any, k odata.Predicate) (any, error) {
	if strings.EqualFold(k.Text(), "root") {
		return parent, nil
	}
	return siteByID(r, parent, k)
}

// siteWire is a site as GET answers it.
func (r *request) siteWire(s state.Site) wireSite {
	t, _ := r.tx.Tenant(s.TenantID)
	prefix, host := t.SharePointPrefix(), links.HostOf(s.Personal)
	name := s.Path[strings.LastIndexByte(s.Path, '/')+1:]
	v := wireSite{
		Created: s.CreatedAt, Description: s.Description, ID: r.siteID(s), Modified: s.ModifiedAt, Name: name,
		WebURL: r.origin.Site(prefix, s.Personal, s.Path), DisplayName: s.Title, IsPersonalSite: s.Personal, Root: &empty{},
		SiteCollection: wireSiteCollection{Hostname: r.origin.SharePointHost(prefix, host)},
	}
	v.SharePointIDs = &wireIDs{SiteID: s.ID, SiteURL: v.WebURL, TenantID: s.TenantID, WebID: s.WebID}
	return v
}

// siteID is the triple that names a site on Graph (graph.md 7.1).
func (r *request) siteID(s state.Site) string {
	t, _ := r.tx.Tenant(s.TenantID)
	return r.origin.SharePointHost(t.SharePointPrefix(), links.HostOf(s.Personal)) + "," + s.ID + "," + s.WebID
}

func getSite(r *request, call *odata.Call) (any, error) {
	s := placeOf(call).Site
	if s.ID == "" {
		return nil, problem.For(problem.NotFound, problem.SiteNotFound, s.Path, "Requested site could not be found")
	}
	if err := r.enter(s); err != nil {
		return nil, err
	}
	v := r.siteWire(s)
	if call.Query.Expands("drive") != nil || call.Query.Expands("drives") != nil {
		for _, l := range drive.Lists(r.tx, s) {
			if l.Library() && !l.Hidden {
				v.Drives = append(v.Drives, r.driveWire(drive.Place{Site: s, List: l, Item: drive.Root(r.tx, l)}))
			}
		}
		if len(v.Drives) > 0 {
			v.Drive = &v.Drives[0]
		}
	}
	if e := call.Query.Expands("lists"); e != nil {
		v.Lists = r.lists(s, e)
	}
	return entity(call, "sites", v), nil
}

const (
	sitesPage    = 100
	maxSitesPage = 999
)

// searchSites finds the sites whose title, path or description holds every word; * and nothing find all. Only sites that
// the caller can enter are found, and no OneDrives.
func searchSites(r *request, call *odata.Call) (any, error) {
	query := call.Query.Custom.Get("search")
	words := strings.Fields(strings.ToLower(strings.Trim(query, `"*`)))
	rows := []wireSite{}
	for s := range r.tx.Sites(r.tenant.ID) {
		if !s.DeletedAt.IsZero() || s.Personal {
			continue
		}
		text := strings.ToLower(s.Title + "\n" + s.Path + "\n" + s.Description)
		if slices.ContainsFunc(words, func(word string) bool { return !strings.Contains(text, word) }) || !sharing.Enters(r.tx, r.caller, s) {
			continue
		}
		v := r.siteWire(s)
		if call.Query.Filter == nil || odata.Eval(call.Query.Filter, odata.ResourceOf(v)) {
			rows = append(rows, v)
		}
	}
	slices.SortFunc(rows, func(a, b wireSite) int { return strings.Compare(a.WebURL, b.WebURL) })
	odata.SortRows(rows, call.Query.OrderBy)
	rows, next, err := pageOf(r, call, rows, sitesPage, maxSitesPage, func(v wireSite) string { return v.ID })
	if err != nil {
		return nil, err
	}
	return page(call, "sites", rows, nil, next), nil
}

// listSubsites is empty: a site collection here has its root web alone.
func listSubsites(r *request, call *odata.Call) (any, error) {
	if err := r.enter(placeOf(call).Site); err != nil {
		return nil, err
	}
	return collection(call, "sites", []wireSite{}), nil
}
