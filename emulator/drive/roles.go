package drive

import "github.com/tennantite/tennantite/emulator/state"

// The numbers of the permission levels of every site (sharepoint.md 4.3).
const (
	FullControl    = 1073741829
	Design         = 1073741828
	Edit           = 1073741830
	Contribute     = 1073741827
	Review         = 1073741969
	Read           = 1073741826
	RestrictedView = 1073741832
	LimitedAccess  = 1073741825
)

// RoleDefinition is a permission level of every site (sharepoint.md 4.3).
type RoleDefinition struct {
	ID, Kind, Order   int
	Name, Description string
	Hidden            bool
	High, Low         string
	Role              state.Role // "" for Limited Access
}

// RoleDefinitions are the permission levels, in the order of the service.
func RoleDefinitions() []RoleDefinition {
	return []RoleDefinition{
		{FullControl, 5, 1, "Full Control", "Has full control.", false, "2147483647", "4294967295", state.RoleOwner},
		{Design, 4, 32, "Design", "Can view, add, update, delete, approve, and customize.", false, "432", "1012866047", state.RoleWrite},
		{Edit, 6, 48, "Edit", "Can add, edit and delete lists; can view, add, update and delete list items and documents.", false, "432", "1011030767", state.RoleWrite},
		{Contribute, 3, 64, "Contribute", "Can view, add, update, and delete list items and documents.", false, "432", "1011028719", state.RoleWrite},
		{Review, 7, 112, "Review", "Can view pages, list items, and documents. If the document has review capabilities, can review content.", false, "176", "138629217", state.RoleRead},
		{Read, 2, 128, "Read", "Can view pages and list items and download documents.", false, "176", "138612833", state.RoleRead},
		{RestrictedView, 8, 144, "Restricted View", "Can view pages, list items, and documents. Documents can be viewed in the browser but not downloaded.", true, "65584", "134418433", state.RoleRead},
		{LimitedAccess, 1, 160, "Limited Access", "Can view specific lists, document libraries, list items, folders, or documents when given permissions.", true, "48", "134287360", ""},
	}
}
