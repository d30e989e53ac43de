package drive

import (
	"iter"
	"slices"
	"strings"

	"github.com/tennantite/tennantite/emulator/problem"
	"github.com/tennantite/tennantite/emulator/state"
)

// below returns an item and all living ones below it, folders before what is in them.
func below(tx *state.Tx, i state.Item) []state.Item {
	all := []state.Item{i}
	for at := 0; at < len(all); at++ {
		if all[at].Kind == state.Folder {
			all = slices.AppendSeq(all, tx.Children(i.TenantID, i.ListID, all[at].ID))
		}
	}
	return all
}

// DeleteItem moves an item with all below it to the recycle bin. It fails with RootNotChangeable, PreconditionFailed.
func DeleteItem(tx *state.Tx, _ state.List, i state.Item, ifMatch string, by state.Actor) error {
	if i.Root() {
		return rootStays()
	}
	if err := matchTag(i, ifMatch); err != nil {
		return err
	}
	grow(tx, i, -i.Size, -1)
	for _, d := range below(tx, i) {
		d.DeletedAt, d.DeletedBy, d.RecycleStage = tx.Now(), by, 1
		if d.ID == i.ID {
			d.RecycleID = tx.NewID()
		} else {
			d.DeletedWith = i.ID
		}
		tx.PutItem(d)
	}
	return nil
}

// binDays is how long the recycle bin keeps something, both stages taken together (OfficeDocs-SharePoint,
// restore-deleted-site-collection).
const binDays = 93

// inBin yields what a site's recycle bin holds still: what is older than its days is gone, though nobody has swept it out.
func inBin(tx *state.Tx, s state.Site) iter.Seq[state.Item] {
	return func(yield func(state.Item) bool) {
		oldest := tx.Now().AddDate(0, 0, -binDays)
		for i := range tx.RecycledItems(s.TenantID, s.ID) {
			if i.RecycleID != "" && i.DeletedAt.After(oldest) && !yield(i) {
				return
			}
		}
	}
}

// Recycled returns what was deleted in a site, without what went along, the newest first.
func Recycled(tx *state.Tx, s state.Site) []state.Item {
	var bin []state.Item
	for i := range inBin(tx, s) {
		bin = append(bin, i)
	}
	slices.SortStableFunc(bin, func(a, b state.Item) int { return b.DeletedAt.Compare(a.DeletedAt) })
	return bin
}

// FindRecycled returns an entry of a site's recycle bin by its own id or by the item's. It fails with ItemNotFound.
func FindRecycled(tx *state.Tx, s state.Site, id string) (state.Item, error) {
	for i := range inBin(tx, s) {
		if strings.EqualFold(i.RecycleID, id) || strings.EqualFold(i.ID, id) {
			return i, nil
		}
	}
	return state.Item{}, problem.For(problem.NotFound, problem.ItemNotFound, id, "The resource could not be found.")
}

// alongWith returns an entry of the recycle bin with what was deleted along with it, folders before what is in them.
func alongWith(tx *state.Tx, i state.Item) []state.Item {
	children := map[string][]state.Item{}
	for d := range tx.RecycledItems(i.TenantID, i.SiteID) {
		if d.ListID == i.ListID && d.DeletedWith == i.ID {
			children[d.ParentID] = append(children[d.ParentID], d)
		}
	}
	all := []state.Item{i}
	for at := 0; at < len(all); at++ {
		all = append(all, children[all[at].ID]...)
	}
	return all
}

// RestoreItem takes an item out of the recycle bin, back to its folder, which is made anew where it is gone. It fails with
// NameExists.
func RestoreItem(tx *state.Tx, i state.Item, by state.Actor) (state.Item, error) {
	l, ok := tx.List(i.TenantID, i.ListID)
	if !ok {
		return state.Item{}, problem.For(problem.NotFound, problem.ListNotFound, i.ListID, "The list does not exist.")
	}
	parent, ok := Parent(tx, i)
	if !ok || !parent.DeletedAt.IsZero() {
		above, _ := cutLast(Path(tx, i))
		var err error
		if parent, err = EnsureFolder(tx, l, above, by); err != nil {
			return state.Item{}, err
		}
	}
	if _, taken := tx.ItemByName(i.TenantID, i.ListID, parent.ID, i.Name); taken {
		return state.Item{}, nameTaken(i.Name)
	}
	all := alongWith(tx, i)
	for n, d := range all {
		if n == 0 && d.ParentID != parent.ID {
			d.Left = append(slices.Clip(d.Left), state.Left{ParentID: d.ParentID, Seq: tx.Sequence() + 1})
			d.ParentID = parent.ID
		}
		d.DeletedAt, d.DeletedBy, d.DeletedWith, d.RecycleID, d.RecycleStage = state.Item{}.DeletedAt, state.Actor{}, "", "", 0
		all[n] = tx.PutItem(d)
	}
	grow(tx, all[0], all[0].Size, 1)
	return all[0], nil
}

// cutLast parts a path into what is above its last name, and that name.
func cutLast(path string) (above, name string) {
	slash := strings.LastIndexByte(path, '/')
	if slash < 0 {
		return "", path
	}
	return path[:slash], path[slash+1:]
}

// RecycleFurther moves an entry to the second stage of the recycle bin.
func RecycleFurther(tx *state.Tx, i state.Item) {
	for _, d := range alongWith(tx, i) {
		d.RecycleStage = 2
		tx.KeepItem(d)
	}
}

// Purge removes an entry of the recycle bin for good, with its permissions and links.
func Purge(tx *state.Tx, i state.Item) {
	all := alongWith(tx, i)
	above := make([][]string, len(all))
	for n, d := range all {
		above[n] = everAbove(tx, d)
	}
	for n, d := range all {
		on := state.Securable{SiteID: d.SiteID, ListID: d.ListID, ItemID: d.ID}
		for p := range tx.PermissionsOn(d.TenantID, on) {
			tx.DeletePermission(p)
		}
		for k := range tx.LinksOn(d.TenantID, on) {
			tx.DeleteLink(k)
		}
		tx.PurgeItem(d, above[n])
	}
	use(tx, i, -i.Size)
}

// everAbove are the folders that an item is in, then those that it was in before: the tombstone tells them all.
func everAbove(tx *state.Tx, i state.Item) []string {
	above := Above(tx, i)
	for _, left := range i.Left {
		above = append(above, left.ParentID)
		if p, ok := tx.Item(i.TenantID, i.ListID, left.ParentID); ok {
			above = append(above, Above(tx, p)...)
		}
	}
	return above
}

// DeleteForGood removes a living item with all below it, past the recycle bin. It fails as [DeleteItem].
func DeleteForGood(tx *state.Tx, l state.List, i state.Item, ifMatch string, by state.Actor) error {
	if err := DeleteItem(tx, l, i, ifMatch, by); err != nil {
		return err
	}
	if d, ok := tx.Item(i.TenantID, i.ListID, i.ID); ok {
		Purge(tx, d)
	}
	return nil
}
