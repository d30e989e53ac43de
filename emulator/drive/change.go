package drive

import (
	"maps"
	"slices"
	"strings"
	"time"

	"github.com/tennantite/tennantite/emulator/problem"
	"github.com/tennantite/tennantite/emulator/state"
)

// ItemChange is what PATCH can change; nil and zero members stay.
type ItemChange struct {
	Name                      *string
	Parent                    *state.Item // of the same list
	Description               *string
	FSCreatedAt, FSModifiedAt time.Time
	Fields                    map[string]any
	IfMatch                   string
	Conflict                  Conflict // "" is Fail
	By                        state.Actor
}

// UpdateItem renames, moves and changes an item. It fails with NameExists, NameInvalid, RootNotChangeable,
// PreconditionFailed, MoveAcrossDrives, NotAFolder, or InvalidProperty for a folder that would move into itself.
func UpdateItem(tx *state.Tx, l state.List, i state.Item, c ItemChange) (state.Item, error) {
	if err := matchTag(i, c.IfMatch); err != nil {
		return state.Item{}, err
	}
	if i.Root() {
		return state.Item{}, rootStays()
	}
	if err := checkFields(l, c.Fields); err != nil {
		return state.Item{}, err
	}
	before := i
	i, err := relocate(tx, l, i, c)
	if err != nil {
		return state.Item{}, err
	}
	if c.Description != nil {
		i.Description = *c.Description
	}
	if len(c.Fields) > 0 {
		i.Fields = joinFields(i.Fields, c.Fields)
		if t, ok := c.Fields["Title"].(string); ok {
			i.Title = t
		}
	}
	i.FSModifiedAt = seconds(tx.Now()) // a change without times resets it (rclone sends them along with every move)
	i = stamp(i, c.FSCreatedAt, c.FSModifiedAt)
	i.ETag++
	i.ModifiedAt, i.ModifiedBy = tx.Now(), c.By
	if i.ParentID == before.ParentID {
		return tx.PutItem(i), nil
	}
	i.Left = append(slices.Clip(i.Left), state.Left{ParentID: before.ParentID, Seq: tx.Sequence() + 1}) // the number that PutItem takes
	grow(tx, before, -before.Size, -1)
	i = tx.PutItem(i)
	grow(tx, i, i.Size, 1)
	return i, nil
}

func rootStays() error {
	return problem.New(problem.Denied, problem.RootNotChangeable, "The root folder cannot be changed, moved or deleted.")
}

// relocate gives the item its new name and folder. What is in the way goes to the recycle bin where the client wants that.
func relocate(tx *state.Tx, l state.List, i state.Item, c ItemChange) (state.Item, error) {
	parent, ok := Parent(tx, i)
	if !ok {
		return state.Item{}, rootStays()
	}
	if c.Parent != nil {
		var err error
		if parent, err = destination(tx, l, i, *c.Parent); err != nil {
			return state.Item{}, err
		}
	}
	name := i.Name
	if c.Name != nil {
		name = *c.Name
	}
	if name == i.Name && parent.ID == i.ParentID {
		return i, nil
	}
	if err := checkPlace(tx, l, parent, name, i.Kind == state.Folder); err != nil {
		return state.Item{}, err
	}
	if there, taken := tx.ItemByName(l.TenantID, l.ID, parent.ID, name); taken && there.ID != i.ID {
		switch {
		case c.Conflict == Rename:
			name = freeName(tx, l, parent, name, i.Kind == state.Folder)
		case c.Conflict == Replace && there.Kind == i.Kind && i.Kind == state.File:
			if err := DeleteItem(tx, l, there, "", c.By); err != nil {
				return state.Item{}, err
			}
		default:
			return state.Item{}, nameTaken(name)
		}
	}
	i.Name, i.ParentID = name, parent.ID
	if i.Kind == state.File {
		i.MimeType = MimeType(name)
	}
	return i, nil
}

func destination(tx *state.Tx, l state.List, i, to state.Item) (state.Item, error) {
	if to.ListID != l.ID {
		return state.Item{}, problem.New(problem.Invalid, problem.MoveAcrossDrives, "Items cannot be moved across drives.")
	}
	to, err := alive(tx, to)
	if err != nil {
		return state.Item{}, err
	}
	if Within(tx, to, i.ID) {
		return state.Item{}, problem.For(problem.Invalid, problem.InvalidProperty, "parentReference", "A folder cannot be moved into itself.")
	}
	return to, nil
}

// joinFields sets columns; null takes a value away.
func joinFields(old, set map[string]any) map[string]any {
	joined := map[string]any{}
	maps.Copy(joined, old)
	for name, v := range set {
		if v == nil {
			delete(joined, name)
		} else {
			joined[name] = v
		}
	}
	return joined
}

// FindVersion returns a version of a file, the present one included. It fails with ItemNotFound.
func FindVersion(i state.Item, number int) (state.Version, error) {
	for _, v := range Versions(i) {
		if v.Number == number {
			return v, nil
		}
	}
	return state.Version{}, problem.New(problem.NotFound, problem.ItemNotFound, "The version does not exist.")
}

// Versions returns a file's versions, the present one first.
func Versions(i state.Item) []state.Version {
	now := state.Version{Number: i.Version, Content: i.Content, ModifiedAt: i.FSModifiedAt, ModifiedBy: i.ModifiedBy}
	return slices.Concat([]state.Version{now}, i.Versions)
}

// RestoreVersion makes an older version the present one, as a new version.
func RestoreVersion(tx *state.Tx, i state.Item, number int, by state.Actor) (state.Item, error) {
	v, err := FindVersion(i, number)
	if err != nil {
		return state.Item{}, err
	}
	return ReplaceContent(tx, i, FileSpec{Content: v.Content, By: by})
}

// DeleteVersion removes an older version for good; the present one stays: RootNotChangeable says so.
func DeleteVersion(tx *state.Tx, i state.Item, number int) error {
	if number == i.Version {
		return problem.New(problem.Invalid, problem.RootNotChangeable, "The current version cannot be deleted.")
	}
	if _, err := FindVersion(i, number); err != nil {
		return err
	}
	i.Versions = slices.DeleteFunc(slices.Clone(i.Versions), func(v state.Version) bool { return v.Number == number })
	tx.KeepItem(i)
	return nil
}

func sortLists(all []state.List) {
	slices.SortFunc(all, func(a, b state.List) int {
		if a.Default != b.Default {
			if a.Default {
				return -1
			}
			return 1
		}
		return strings.Compare(state.NameKey(a.Title), state.NameKey(b.Title))
	})
}
