package spoapi

import (
	"strconv"
	"strings"

	"github.com/tennantite/tennantite/emulator/drive"
	"github.com/tennantite/tennantite/emulator/odata"
	"github.com/tennantite/tennantite/emulator/problem"
	"github.com/tennantite/tennantite/emulator/state"
)

// itemFields reads the fields of a body; annotations and what the service keeps itself are passed over.
func (c *request) itemFields() (map[string]any, error) {
	var in map[string]any
	if err := c.decode(&in); err != nil {
		return nil, err
	}
	for name := range in {
		if strings.HasPrefix(name, "__") || strings.HasPrefix(name, "odata.") || strings.HasPrefix(name, "@odata.") {
			delete(in, name)
		}
	}
	return in, nil
}

func addItem(c *request, call *odata.Call) (any, error) {
	at := placeOf(call.Value)
	fields, err := c.itemFields()
	if err != nil {
		return nil, err
	}
	if at, err = c.addListItem(at, fields); err != nil {
		return nil, err
	}
	return created{c.itemEntity(at)}, nil
}

func (c *request) addListItem(at drive.Place, fields map[string]any) (drive.Place, error) {
	if err := c.require(drive.Place{Site: at.Site, List: at.List}, state.RoleWrite); err != nil {
		return at, err
	}
	if at.List.Library() {
		return at, problem.New(problem.Invalid, problem.InvalidProperty, "To add an item to a document library, use SPFileCollection.Add()")
	}
	i, err := drive.AddListItem(c.tx, at.List, fields, c.actor())
	at.Item = i
	return at, c.unknownField(at.List, err)
}

// unknownField says in SharePoint's words that a list lacks a column.
func (c *request) unknownField(l state.List, err error) error {
	if p := problem.As(err); err != nil && p.Reason == problem.UnknownProperty {
		return problem.For(p.Kind, p.Reason, p.Target, "The property '%s' does not exist on type '%s'. Make sure to only use property names that are defined by the type.", p.Target, itemKind(l))
	}
	return err
}

// ifMatch is the tag that the client insists on; * is any.
func (c *request) ifMatch() string {
	tag := strings.TrimSpace(c.http.Header.Get("If-Match"))
	if tag == "*" {
		return ""
	}
	return tag
}

// checkTag fails where If-Match names another version of an item than the present one, in either form of its tag.
func (c *request) checkTag(i state.Item) error {
	tag := c.ifMatch()
	if tag == "" || tag == itemETag(i) || strings.Trim(tag, `"`) == strings.Trim(fileETag(i), `"`) || tag == drive.ETag(i) {
		return nil
	}
	return problem.New(problem.Conflict, problem.PreconditionFailed, "The request ETag value '%s' does not match the object's ETag value '%s'.", tag, itemETag(i))
}

func updateItem(c *request, call *odata.Call) (any, error) {
	at := placeOf(call.Value)
	fields, err := c.itemFields()
	if err != nil {
		return nil, err
	}
	if err := c.require(at, state.RoleWrite); err != nil {
		return nil, err
	}
	if err := c.checkTag(at.Item); err != nil {
		return nil, err
	}
	_, err = c.changeItem(at, fields)
	return nothing{}, err
}

// changeItem stores fields of an item; its name is one of them.
func (c *request) changeItem(at drive.Place, fields map[string]any) (state.Item, error) {
	change := drive.ItemChange{Fields: fields, By: c.actor()}
	if name, ok := fields["FileLeafRef"].(string); ok {
		if at.Item.Kind == state.File && extension(name) == "" && extension(at.Item.Name) != "" {
			name += "." + extension(at.Item.Name)
		}
		change.Name = &name
		delete(fields, "FileLeafRef")
	}
	i, err := drive.UpdateItem(c.tx, at.List, at.Item, change)
	return i, c.unknownField(at.List, err)
}

func deleteItem(c *request, call *odata.Call) (any, error) {
	return nothing{}, c.deleteForGood(placeOf(call.Value))
}

func (c *request) deleteForGood(at drive.Place) error {
	if err := c.require(at, state.RoleWrite); err != nil {
		return err
	}
	if err := c.checkTag(at.Item); err != nil {
		return err
	}
	return drive.DeleteForGood(c.tx, at.List, at.Item, "", c.actor())
}

func recycleItem(c *request, call *odata.Call) (any, error) {
	return c.recycle(placeOf(call.Value))
}

// recycle moves an item to the recycle bin and answers the id of its entry there.
func (c *request) recycle(at drive.Place) (any, error) {
	if err := c.require(at, state.RoleWrite); err != nil {
		return nil, err
	}
	if err := c.checkTag(at.Item); err != nil {
		return nil, err
	}
	if err := drive.DeleteItem(c.tx, at.List, at.Item, "", c.actor()); err != nil {
		return nil, err
	}
	i, _ := c.tx.Item(at.Item.TenantID, at.Item.ListID, at.Item.ID)
	return result{name: "Recycle", kind: "Edm.Guid", value: i.RecycleID}, nil
}

// formValue is a field as forms send it, and what came of it.
type formValue struct {
	ErrorCode    int     `json:"ErrorCode"`
	ErrorMessage *string `json:"ErrorMessage"`
	FieldName    string  `json:"FieldName"`
	FieldValue   *string `json:"FieldValue"`
	HasException bool    `json:"HasException"`
	ItemID       int     `json:"ItemId"`
}

func (formValue) edmKind() string { return "SP.ListItemFormUpdateValue" }

// validateItem stores fields and says of each whether it could be.
func validateItem(c *request, call *odata.Call) (any, error) {
	at := placeOf(call.Value)
	var in struct{ FormValues []formValue }
	if err := c.decode(&in); err != nil {
		return nil, err
	}
	if err := c.require(at, state.RoleWrite); err != nil {
		return nil, err
	}
	return c.storeForm(at, in.FormValues, "ValidateUpdateListItem")
}

func (c *request) storeForm(at drive.Place, values []formValue, function string) (any, error) {
	for n := range values {
		v := &values[n]
		v.ItemID = at.Item.Number
		if v.FieldName == "Id" {
			id := strconv.Itoa(at.Item.Number)
			v.FieldValue = &id
			continue
		}
		field := map[string]any{v.FieldName: nil}
		if v.FieldValue != nil {
			field[v.FieldName] = *v.FieldValue
		}
		i, err := c.changeItem(at, field)
		if err != nil {
			text := problem.As(err).Detail
			v.HasException, v.ErrorCode, v.ErrorMessage = true, codeArgument, &text
			continue
		}
		at.Item = i
	}
	return result{name: function, kind: "Collection(SP.ListItemFormUpdateValue)", web: c.webURL(at.Site), value: values}, nil
}
