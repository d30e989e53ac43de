package spoapi

import (
	"iter"
	"strings"
	"time"

	"github.com/tennantite/tennantite/emulator/drive"
	"github.com/tennantite/tennantite/emulator/sharing"
	"github.com/tennantite/tennantite/emulator/state"
)

// indexed is a site, list, folder, file or item as the search knows it. What is costly to say is found out when it is asked.
type indexed struct {
	c        *request
	at       drive.Place
	number   int // in the order of the index
	text     []string
	exposure *sharing.Exposure
}

// index yields everything of the tenant that the caller may see.
func (c *request) index() iter.Seq[*indexed] {
	return func(yield func(*indexed) bool) {
		n := 0
		for s := range c.tx.Sites(c.tenant.ID) {
			if !s.DeletedAt.IsZero() {
				continue
			}
			view := sharing.ViewOf(c.tx, c.caller, s)
			emit := func(at drive.Place) bool {
				n++
				return view.Access(at).Role == "" || yield(&indexed{c: c, at: at, number: n})
			}
			if !c.indexSite(s, emit) {
				return
			}
		}
	}
}

func (c *request) indexSite(s state.Site, emit func(drive.Place) bool) bool {
	if !emit(drive.Place{Site: s}) {
		return false
	}
	for _, l := range drive.Lists(c.tx, s) {
		if l.Hidden {
			continue
		}
		if !emit(drive.Place{Site: s, List: l}) {
			return false
		}
		for i := range c.tx.Items(l.TenantID, l.ID) {
			if i.DeletedAt.IsZero() && !i.Root() && !emit(drive.Place{Site: s, List: l, Item: i}) {
				return false
			}
		}
	}
	return true
}

// Property makes a document something to sort by.
func (d *indexed) Property(name string) (any, bool) { return d.property(strings.ToLower(name)) }

// words are all words of a document.
func (d *indexed) words() []string {
	if d.text != nil {
		return d.text
	}
	switch {
	case d.at.Item.ID != "":
		d.text = splitWords(drive.SearchText(d.at.Item) + "\n" + d.at.Item.CreatedBy.Name + "\n" + d.at.Item.ModifiedBy.Name)
	case d.at.List.ID != "":
		d.text = splitWords(d.at.List.Title + "\n" + d.at.List.Description)
	default:
		d.text = splitWords(d.at.Site.Title + "\n" + d.at.Site.Description)
	}
	if d.text == nil {
		d.text = []string{}
	}
	return d.text
}

func (d *indexed) exposed() sharing.Exposure {
	if d.exposure == nil {
		x := sharing.ExposureOf(d.c.tx, d.at)
		d.exposure = &x
	}
	return *d.exposure
}

// property is a managed property by its name in lower case.
func (d *indexed) property(name string) (any, bool) {
	s := d.at.Site
	switch name {
	case "viewablebyexternalusers":
		return d.exposed().External, true
	case "viewablebyanonymoususers":
		return d.exposed().Anonymous, true
	case "sharedwithusersowsuser", "sharedwithinternal":
		return d.exposed().SharedWith, true
	case "site", "sitename", "spsiteurl", "spweburl":
		return d.c.webURL(s), true
	case "sitetitle":
		return s.Title, true
	case "siteid", "normsiteid":
		return s.ID, true
	case "webid", "normwebid":
		return s.WebID, true
	case "webtemplate":
		template, _ := splitTemplate(s.Template)
		return template, true
	case "groupid", "relatedgroupid":
		return s.GroupID, true
	case "path", "originalpath", "url":
		return d.path(), true
	case "workid", "docid", "indexdocid":
		return int64(d.number), true
	case "now":
		return d.c.tx.Now(), true
	case "contentclass":
		return d.contentClass(), true
	case "isdocument":
		return d.at.Item.ID != "" && d.at.Item.Kind == state.File, true
	case "iscontainer":
		return d.at.Item.ID == "" || d.at.Item.Kind == state.Folder, true
	case "title":
		return d.title(), true
	case "created":
		return d.times(func(i state.Item) time.Time { return i.FSCreatedAt }, d.at.List.CreatedAt, s.CreatedAt), true
	case "write", "lastmodifiedtime", "modified":
		return d.times(func(i state.Item) time.Time { return i.FSModifiedAt }, d.at.List.ModifiedAt, latest(s.ModifiedAt, s.CreatedAt)), true
	}
	if v, ok := d.listProperty(name); ok {
		return v, ok
	}
	if d.at.Item.ID != "" {
		return d.itemProperty(name)
	}
	switch name {
	case "author", "createdby":
		return d.at.Site.CreatedBy.Name, true
	case "description":
		return d.at.Site.Description, true
	}
	return nil, false
}

func (d *indexed) times(item func(state.Item) time.Time, list, site time.Time) time.Time {
	switch {
	case d.at.Item.ID != "":
		return item(d.at.Item)
	case d.at.List.ID != "":
		return list
	}
	return site
}

func (d *indexed) title() string {
	switch {
	case d.at.Item.ID != "":
		if t, ok := itemTitle(d.at.Item).(string); ok && t != "" {
			return t
		}
		return strings.TrimSuffix(d.at.Item.Name, "."+extension(d.at.Item.Name))
	case d.at.List.ID != "":
		return d.at.List.Title
	}
	return d.at.Site.Title
}

// path is the address of a document.
func (d *indexed) path() string {
	switch {
	case d.at.Item.ID != "":
		return d.c.address(d.at.Site, drive.ServerPath(d.c.tx, d.at.Site, d.at.List, d.at.Item))
	case d.at.List.ID != "":
		return d.c.address(d.at.Site, drive.ListPath(d.at.Site, d.at.List))
	}
	return d.c.webURL(d.at.Site)
}

func (d *indexed) contentClass() string {
	switch {
	case d.at.List.ID == "":
		return "STS_Site"
	case d.at.Item.ID != "" && d.at.List.Library():
		return "STS_ListItem_DocumentLibrary"
	case d.at.Item.ID != "":
		return "STS_ListItem_GenericList"
	case d.at.List.Library():
		return "STS_List_DocumentLibrary"
	}
	return "STS_List_GenericList"
}

func (d *indexed) listProperty(name string) (any, bool) {
	if d.at.List.ID == "" {
		return nil, false
	}
	switch name {
	case "listid", "normlistid":
		return d.at.List.ID, true
	case "parentlink":
		return d.c.address(d.at.Site, drive.ListPath(d.at.Site, d.at.List)), true
	}
	return nil, false
}

func (d *indexed) itemProperty(name string) (any, bool) {
	i := d.at.Item
	switch name {
	case "filename":
		return i.Name, true
	case "fileextension", "filetype", "secondaryfileextension":
		if i.Kind != state.File {
			return nil, true
		}
		return extension(i.Name), true
	case "contenttype":
		return map[state.ItemKind]string{state.File: "Document", state.Folder: "Folder", state.ListItem: "Item"}[i.Kind], true
	case "contenttypeid":
		return contentTypeID(d.at.List, i), true
	case "size":
		return i.Size, true
	case "author", "createdby", "authorowsuser":
		return []string{i.CreatedBy.Name, i.CreatedBy.Email}, true
	case "modifiedby", "editorowsuser":
		return []string{i.ModifiedBy.Name, i.ModifiedBy.Email}, true
	case "uniqueid", "normuniqueid":
		return "{" + i.ID + "}", true
	case "listitemid":
		return int64(i.Number), true
	case "description", "hithighlightedsummary":
		return i.Description, true
	case "driveid":
		return drive.DriveID(d.at.Site, d.at.List), true
	}
	for column, v := range i.Fields {
		if strings.EqualFold(column, name) || strings.EqualFold(column+"owstext", name) {
			return fieldValue(v), true
		}
	}
	return nil, false
}
