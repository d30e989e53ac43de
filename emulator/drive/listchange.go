package drive

import (
	"slices"
	"strings"

	"github.com/tennantite/tennantite/emulator/problem"
	"github.com/tennantite/tennantite/emulator/state"
)

// ListChange is what can be changed of a list; nil members stay.
type ListChange struct {
	Title, Description *string
	Hidden             *bool
}

// UpdateList changes a list. It fails with NameExists where another list of the site has the title.
func UpdateList(tx *state.Tx, l state.List, c ListChange) (state.List, error) {
	if c.Title != nil && !strings.EqualFold(*c.Title, l.Title) {
		if _, taken := tx.ListByTitle(l.TenantID, l.SiteID, *c.Title); taken {
			return l, problem.For(problem.Conflict, problem.NameExists, *c.Title,
				"A list, survey, discussion board, or document library with the specified title already exists in this Web site.")
		}
	}
	if c.Title != nil {
		l.Title = *c.Title
	}
	if c.Description != nil {
		l.Description = *c.Description
	}
	if c.Hidden != nil {
		l.Hidden = *c.Hidden
	}
	l.ModifiedAt = tx.Now()
	return tx.PutList(l), nil
}

// AddColumn adds a column to a list. It fails with MissingProperty without a name and NameExists where the list has one of
// that name.
func AddColumn(tx *state.Tx, l state.List, c state.Column) (state.List, state.Column, error) {
	if c.Name == "" {
		return l, c, problem.For(problem.Invalid, problem.MissingProperty, "Title", "A column needs a name.")
	}
	if slices.ContainsFunc(l.Columns, func(o state.Column) bool { return strings.EqualFold(o.Name, c.Name) }) || c.Name == "Title" {
		return l, c, problem.For(problem.Conflict, problem.NameExists, c.Name, "A duplicate field name \"%s\" was found.", c.Name)
	}
	if c.ID == "" {
		c.ID = tx.NewID()
	}
	if c.DisplayName == "" {
		c.DisplayName = c.Name
	}
	l.Columns = append(slices.Clip(l.Columns), c)
	return tx.PutList(l), c, nil
}

// RemoveColumn takes a column out of a list; what items hold in it is kept, unseen. It fails with ObjectNotFound.
func RemoveColumn(tx *state.Tx, l state.List, name string) error {
	i := slices.IndexFunc(l.Columns, func(c state.Column) bool { return strings.EqualFold(c.Name, name) })
	if i < 0 {
		return problem.For(problem.NotFound, problem.ObjectNotFound, name, "The list has no column %s that can be removed.", name)
	}
	l.Columns = slices.Delete(slices.Clone(l.Columns), i, i+1)
	tx.PutList(l)
	return nil
}
