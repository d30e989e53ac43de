package drive

import (
	"strings"

	"github.com/tennantite/tennantite/emulator/problem"
	"github.com/tennantite/tennantite/emulator/state"
)

// Templates of lists.
const (
	TemplateList    = 100
	TemplateLibrary = 101
)

// The service's quotas, in bytes.
const (
	personalQuota = 1 << 40
	siteQuota     = 25 << 40
)

// AddLibrary makes a document library. path is that of its root folder below the web, "" for the title. It fails with
// NameExists or NameInvalid.
func AddLibrary(tx *state.Tx, s state.Site, title, path string, by state.Actor) (state.List, error) {
	if path == "" {
		path = title
	}
	return addList(tx, s, state.List{Title: title, Path: path, Template: TemplateLibrary}, by)
}

// AddList makes a list that is no library (template 100 and others): title, description, template and columns are taken
// from l. It fails with NameExists or NameInvalid.
func AddList(tx *state.Tx, s state.Site, l state.List, by state.Actor) (state.List, error) {
	if l.Template == 0 {
		l.Template = TemplateList
	}
	if l.Path == "" && l.Template == TemplateLibrary {
		l.Path = l.Title
	}
	if l.Path == "" {
		l.Path = "Lists/" + l.Title
	}
	return addList(tx, s, l, by)
}

func addList(tx *state.Tx, s state.Site, l state.List, by state.Actor) (state.List, error) {
	for name := range strings.SplitSeq(l.Path, "/") {
		if err := CheckName(name); err != nil {
			return state.List{}, err
		}
	}
	if _, taken := tx.ListByTitle(s.TenantID, s.ID, l.Title); taken {
		return state.List{}, problem.For(problem.Conflict, problem.NameExists, l.Title,
			"A list, survey, discussion board, or document library with the specified title already exists in this Web site.")
	}
	if _, taken := tx.ListByPath(s.TenantID, s.ID, l.Path); taken {
		return state.List{}, problem.For(problem.Conflict, problem.NameExists, l.Path, "A folder of this name exists in this Web site.")
	}
	l.TenantID, l.SiteID, l.WebID = s.TenantID, s.ID, s.WebID
	if l.ID == "" {
		l.ID = tx.NewID()
	}
	l.Prefix = [4]byte(tx.Bytes(4))
	l.NextItemID = 1
	l.CreatedAt, l.ModifiedAt, l.CreatedBy = tx.Now(), tx.Now(), by
	if l.Quota == 0 {
		l.Quota = siteQuota
		if s.Personal {
			l.Quota = personalQuota
		}
	}
	l = tx.PutList(l)
	root := newItem(tx, l, state.Item{}, "root", state.Folder, by)
	root.ID, root.ParentID = rootGUID, ""
	tx.PutItem(root)
	return l, nil
}

// DefaultLibrary returns a site's default library.
func DefaultLibrary(tx *state.Tx, s state.Site) (state.List, bool) {
	var found state.List
	for l := range tx.Lists(s.TenantID, s.ID) {
		if !l.Library() || !l.DeletedAt.IsZero() {
			continue
		}
		if l.Default {
			return l, true
		}
		if found.ID == "" || l.CreatedAt.Before(found.CreatedAt) {
			found = l
		}
	}
	return found, found.ID != ""
}

// Lists returns a site's living lists, the default library first, then by title.
func Lists(tx *state.Tx, s state.Site) []state.List {
	var all []state.List
	for l := range tx.Lists(s.TenantID, s.ID) {
		if l.DeletedAt.IsZero() {
			all = append(all, l)
		}
	}
	sortLists(all)
	return all
}

// FindList returns a site's living list by GUID or title. It fails with ListNotFound.
func FindList(tx *state.Tx, s state.Site, idOrTitle string) (state.List, error) {
	l, ok := tx.List(s.TenantID, idOrTitle)
	if ok && l.SiteID == s.ID {
		return l, nil
	}
	if l, ok = tx.ListByTitle(s.TenantID, s.ID, idOrTitle); ok {
		return l, nil
	}
	return state.List{}, problem.For(problem.NotFound, problem.ListNotFound, idOrTitle, "The list does not exist.")
}

// DeleteList removes a list or library with all that it holds. The site's default library stays: RootNotChangeable.
func DeleteList(tx *state.Tx, l state.List) error {
	if l.Default {
		return problem.For(problem.Denied, problem.RootNotChangeable, l.Title, "The default document library cannot be deleted.")
	}
	l.DeletedAt = tx.Now()
	tx.PutList(l)
	return nil
}

// Quota is how full a drive is, in bytes.
type Quota struct{ Total, Used, Deleted, Remaining int64 }

// State is normal, nearing, critical or exceeded.
func (q Quota) State() string {
	const part = 100
	switch {
	case q.Remaining <= 0:
		return "exceeded"
	case q.Remaining < q.Total/part:
		return "critical"
	case q.Remaining < q.Total/10:
		return "nearing"
	}
	return "normal"
}

// QuotaOf returns how full a library is; what is in the recycle bin counts.
func QuotaOf(tx *state.Tx, l state.List) Quota {
	q := Quota{Total: l.Quota, Used: l.Used, Deleted: l.Used - Root(tx, l).Size}
	q.Remaining = max(q.Total-q.Used, 0)
	return q
}
