package drive

import (
	"github.com/tennantite/tennantite/emulator/problem"
	"github.com/tennantite/tennantite/emulator/state"
)

// CopySpec says where a copy goes.
type CopySpec struct {
	List     state.List // of the copy, which may be another drive
	Parent   state.Item
	Name     string   // "" is the original's
	Conflict Conflict // "" is Fail
	By       state.Actor
}

// Copy copies a file, or a folder with all below it, without permissions and older versions. The work is done at once;
// what its monitor shows is the operation, which fails with nameAlreadyExists where the name is taken. Copy itself fails
// where there is no work to begin: NotAFolder, NameInvalid, QuotaExceeded, InvalidProperty for a folder into itself.
func Copy(tx *state.Tx, i state.Item, c CopySpec) (state.Operation, error) {
	parent, err := alive(tx, c.Parent)
	if err != nil {
		return state.Operation{}, err
	}
	if c.Name == "" {
		c.Name = i.Name
	}
	if i.Root() {
		return state.Operation{}, rootStays()
	}
	if err := checkPlace(tx, c.List, parent, c.Name, i.Kind == state.Folder); err != nil {
		return state.Operation{}, err
	}
	if parent.ListID == i.ListID && i.Kind == state.Folder && Within(tx, parent, i.ID) {
		return state.Operation{}, problem.For(problem.Invalid, problem.InvalidProperty, "parentReference", "A folder cannot be copied into itself.")
	}
	if err := fits(tx, c.List, i.Size); err != nil {
		return state.Operation{}, err
	}
	o := state.Operation{
		ID: tx.NewSecret(sessionSecret), TenantID: i.TenantID, Kind: "itemCopy", Status: "completed", ListID: c.List.ID,
		CreatedAt: tx.Now(), DoneAt: tx.Now(), ExpiresAt: tx.Now().Add(sessionLife),
	}
	if there, taken := tx.ItemByName(parent.TenantID, parent.ListID, parent.ID, c.Name); taken {
		switch {
		case c.Conflict == Rename:
			c.Name = freeName(tx, c.List, parent, c.Name, i.Kind == state.Folder)
		case c.Conflict == Replace && there.Kind == state.File && i.Kind == state.File && there.ID != i.ID:
			if err := DeleteItem(tx, c.List, there, "", c.By); err != nil {
				return state.Operation{}, err
			}
		default:
			o.Status, o.ErrorCode, o.ErrorMessage = "failed", "nameAlreadyExists", "Name already exists"
			tx.PutOperation(o)
			return o, nil
		}
	}
	o.ItemID = copyTree(tx, i, c, parent).ID
	tx.PutOperation(o)
	return o, nil
}

func copyTree(tx *state.Tx, i state.Item, c CopySpec, parent state.Item) state.Item {
	// The children are read before the copy can be one of them.
	var children []state.Item
	if i.Kind == state.Folder {
		for child := range tx.Children(i.TenantID, i.ListID, i.ID) {
			children = append(children, child)
		}
	}
	n := newItem(tx, c.List, parent, c.Name, i.Kind, c.By)
	n.Description, n.Title, n.Fields = i.Description, i.Title, i.Fields
	if i.Kind == state.File {
		n.Content, n.Size, n.MimeType, n.Version, n.CTag = i.Content, i.Size, MimeType(c.Name), 1, 1
	}
	n = insert(tx, n)
	for _, child := range children {
		c.Name = child.Name
		copyTree(tx, child, c, n)
	}
	return n
}

// FindOperation returns an operation by the secret in its monitor's address. It fails with ItemNotFound, also when its
// time is over.
func FindOperation(tx *state.Tx, id string) (state.Operation, error) {
	o, ok := tx.Operation(id)
	if !ok || !tx.Now().Before(o.ExpiresAt) {
		return state.Operation{}, problem.New(problem.NotFound, problem.ItemNotFound, "The operation does not exist.")
	}
	return o, nil
}
